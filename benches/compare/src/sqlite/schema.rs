//! The tables, and what is added once they are full.

pub(super) const TABLES: &str = "
CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, created_at INTEGER NOT NULL,
  posts_count INTEGER NOT NULL DEFAULT 0);
CREATE TABLE profiles(id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, bio TEXT);
CREATE TABLE posts(id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, title TEXT NOT NULL,
  published INTEGER NOT NULL, created_at INTEGER NOT NULL, comments_count INTEGER NOT NULL DEFAULT 0);
CREATE TABLE comments(id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE,
  author_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, body TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE tags(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE posts_tags(post_id INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tags ON DELETE CASCADE, PRIMARY KEY(post_id, tag_id)) WITHOUT ROWID;";

pub(super) const INDEXES: &str = "
CREATE UNIQUE INDEX users_email ON users(email);
CREATE UNIQUE INDEX profiles_user ON profiles(user_id);
CREATE INDEX posts_user ON posts(user_id, created_at);
CREATE INDEX comments_post ON comments(post_id);
CREATE INDEX comments_author ON comments(author_id);
CREATE INDEX posts_tags_tag ON posts_tags(tag_id);
CREATE TRIGGER posts_ai AFTER INSERT ON posts BEGIN UPDATE users SET posts_count = posts_count + 1 WHERE id = NEW.user_id; END;
CREATE TRIGGER posts_ad AFTER DELETE ON posts BEGIN UPDATE users SET posts_count = posts_count - 1 WHERE id = OLD.user_id; END;
CREATE TRIGGER comments_ai AFTER INSERT ON comments BEGIN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END;
CREATE TRIGGER comments_ad AFTER DELETE ON comments BEGIN UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id; END;
ANALYZE;";

pub(super) const PRAGMAS: &str = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE; PRAGMA foreign_keys=ON;";
