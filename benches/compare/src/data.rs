//! The fixed data set and the arguments of every workload, drawn from fixed seeds.

/// splitmix64
pub struct Rng(pub u64);
impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() as u128 * n as u128) >> 64) as usize
    }
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// A rank below n; density falls as rank^(1/e - 1), so a larger `e` is more skewed.
    fn skewed(&mut self, n: usize, e: f64) -> usize {
        ((n as f64 * self.unit().powf(e)) as usize).min(n - 1)
    }
    fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut v: Vec<u32> = (0..n as u32).collect();
        for i in (1..n).rev() {
            v.swap(i, self.below(i + 1));
        }
        v
    }
}

/// Strings end to end in one buffer. A copy has room to grow.
pub struct Strs {
    off: Vec<u32>,
    text: String,
}
impl Clone for Strs {
    fn clone(&self) -> Self {
        let mut s = Strs {
            off: Vec::with_capacity(self.off.len() + self.off.len() / 16),
            text: String::with_capacity(self.text.len() + self.text.len() / 16),
        };
        s.off.extend_from_slice(&self.off);
        s.text.push_str(&self.text);
        s
    }
}
impl Default for Strs {
    fn default() -> Self {
        Strs { off: vec![0], text: String::new() }
    }
}
impl Strs {
    #[inline(always)]
    pub fn get(&self, i: usize) -> &str {
        &self.text[self.off[i] as usize..self.off[i + 1] as usize]
    }
    /// where each string begins, and the last one ends
    #[inline(always)]
    pub fn off(&self) -> &[u32] {
        &self.off
    }
    /// all strings, end to end
    #[inline(always)]
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn push(&mut self, s: &str) {
        self.text.push_str(s);
        self.off.push(self.text.len() as u32);
    }
    pub fn len(&self) -> usize {
        self.off.len() - 1
    }
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }
}

#[derive(Clone, Copy)]
pub struct UserRow<'a> {
    pub id: i64,
    pub name: &'a str,
    pub email: &'a str,
    pub created_at: i64,
    pub posts_count: i64,
}
#[derive(Clone, Copy)]
pub struct ProfileRow<'a> {
    pub id: i64,
    pub user_id: i64,
    pub bio: Option<&'a str>,
}
#[derive(Clone, Copy)]
pub struct PostRow<'a> {
    pub id: i64,
    pub user_id: i64,
    pub title: &'a str,
    pub published: bool,
    pub created_at: i64,
    pub comments_count: i64,
}
#[derive(Clone, Copy)]
pub struct CommentRow<'a> {
    pub id: i64,
    pub post_id: i64,
    pub author_id: i64,
    pub body: &'a str,
    pub created_at: i64,
}

#[derive(Default)]
pub struct Comments {
    pub id: Vec<i64>,
    pub post_id: Vec<i64>,
    pub author_id: Vec<i64>,
    pub body: Strs,
    pub created_at: Vec<i64>,
}
impl Comments {
    pub fn row(&self, i: usize) -> CommentRow<'_> {
        CommentRow {
            id: self.id[i],
            post_id: self.post_id[i],
            author_id: self.author_id[i],
            body: self.body.get(i),
            created_at: self.created_at[i],
        }
    }
    pub fn iter(&self) -> impl Iterator<Item = CommentRow<'_>> {
        (0..self.id.len()).map(|i| self.row(i))
    }
}

/// What a peer loads. Ids ascend with holes; children point at random parents.
#[derive(Default)]
pub struct Data {
    user_id: Vec<i64>,
    user_name: Strs,
    user_email: Strs,
    user_created: Vec<i64>,
    user_posts: Vec<i64>,
    profile_id: Vec<i64>,
    profile_user: Vec<i64>,
    profile_bio: Vec<Option<String>>,
    post_id: Vec<i64>,
    post_user: Vec<i64>,
    post_title: Strs,
    post_published: Vec<bool>,
    post_created: Vec<i64>,
    post_comments: Vec<i64>,
    pub comments: Comments,
    tag_id: Vec<i64>,
    tag_name: Strs,
    pub posts_tags: Vec<(i64, i64)>,
}

const T0: i64 = 1_600_000_000;
const SPAN: usize = 100_000_000;

struct Text(Vec<u8>);
impl Text {
    fn new(r: &mut Rng) -> Text {
        Text((0..1 << 16).map(|_| if r.below(6) == 0 { b' ' } else { b'a' + r.below(26) as u8 }).collect())
    }
    fn slice(&self, r: &mut Rng, lo: usize, hi: usize) -> &str {
        let n = lo + r.below(hi - lo);
        let at = r.below(self.0.len() - n);
        std::str::from_utf8(&self.0[at..at + n]).unwrap()
    }
}

fn ids(r: &mut Rng, n: usize) -> Vec<i64> {
    let mut id = 0;
    (0..n)
        .map(|_| {
            id += if r.below(16) == 0 { 1 + r.below(4) as i64 } else { 1 };
            id
        })
        .collect()
}

const POST_SKEW: f64 = 1.5;
const COMMENT_SKEW: f64 = 2.5;

impl Data {
    /// `scale` 1.0 is the full size, 0.05 the small one.
    pub fn generate(scale: f64) -> Data {
        let n = |full: f64| (full * scale).round() as usize;
        let (users, posts, comments, tags) = (n(1e5), n(1e6), n(5e6), n(1e3).max(100));
        let r = &mut Rng(20240229);
        let text = Text::new(r);
        let mut d = Data::default();

        d.user_id = ids(r, users);
        for i in 0..users {
            d.user_name.push(text.slice(r, 8, 24));
            let e = format!("{}{i}@example.com", text.slice(r, 4, 12).replace(' ', "_"));
            d.user_email.push(&e);
            d.user_created.push(T0 + r.below(SPAN) as i64);
        }
        d.profile_id = ids(r, users);
        for u in r.permutation(users) {
            d.profile_user.push(d.user_id[u as usize]);
            d.profile_bio.push((r.below(10) >= 3).then(|| text.slice(r, 40, 200).to_string()));
        }
        let by_rank = r.permutation(users);
        d.user_posts = vec![0; users];
        d.post_id = ids(r, posts);
        for _ in 0..posts {
            let u = by_rank[r.skewed(users, POST_SKEW)] as usize;
            d.user_posts[u] += 1;
            d.post_user.push(d.user_id[u]);
            d.post_title.push(text.slice(r, 20, 60));
            d.post_published.push(r.below(5) > 0);
            d.post_created.push(T0 + r.below(SPAN) as i64);
        }
        let by_rank = r.permutation(posts);
        d.post_comments = vec![0; posts];
        d.comments.id = ids(r, comments);
        for _ in 0..comments {
            let p = by_rank[r.skewed(posts, COMMENT_SKEW)] as usize;
            d.post_comments[p] += 1;
            d.comments.post_id.push(d.post_id[p]);
            d.comments.author_id.push(d.user_id[r.below(users)]);
            d.comments.body.push(text.slice(r, 20, 100));
            d.comments.created_at.push(T0 + r.below(SPAN) as i64);
        }
        d.tag_id = ids(r, tags);
        for i in 0..tags {
            d.tag_name.push(&format!("{}{i}", text.slice(r, 3, 10)));
        }
        for p in 0..posts {
            let first = d.posts_tags.len();
            for _ in 0..r.below(7) {
                let row = (d.post_id[p], d.tag_id[r.skewed(tags, 2.0)]);
                if !d.posts_tags[first..].contains(&row) {
                    d.posts_tags.push(row);
                }
            }
        }
        d
    }

    pub fn users(&self) -> impl Iterator<Item = UserRow<'_>> {
        (0..self.user_id.len()).map(|i| UserRow {
            id: self.user_id[i],
            name: self.user_name.get(i),
            email: self.user_email.get(i),
            created_at: self.user_created[i],
            posts_count: self.user_posts[i],
        })
    }
    pub fn profiles(&self) -> impl Iterator<Item = ProfileRow<'_>> {
        (0..self.profile_id.len()).map(|i| ProfileRow {
            id: self.profile_id[i],
            user_id: self.profile_user[i],
            bio: self.profile_bio[i].as_deref(),
        })
    }
    pub fn post(&self, i: usize) -> PostRow<'_> {
        PostRow {
            id: self.post_id[i],
            user_id: self.post_user[i],
            title: self.post_title.get(i),
            published: self.post_published[i],
            created_at: self.post_created[i],
            comments_count: self.post_comments[i],
        }
    }
    pub fn posts(&self) -> impl Iterator<Item = PostRow<'_>> {
        (0..self.post_id.len()).map(|i| self.post(i))
    }
    pub fn tags(&self) -> impl Iterator<Item = (i64, &str)> {
        (0..self.tag_id.len()).map(|i| (self.tag_id[i], self.tag_name.get(i)))
    }
    pub fn rows(&self) -> usize {
        self.user_id.len()
            + self.profile_id.len()
            + self.post_id.len()
            + self.comments.id.len()
            + self.tag_id.len()
            + self.posts_tags.len()
    }
}

/// The arguments of every workload, drawn before any clock starts.
pub struct Queries {
    pub w1_posts: Vec<i64>,
    /// one in ten is unknown
    pub w2_emails: Strs,
    pub w3_comments: Vec<i64>,
    pub w4_users: Vec<i64>,
    pub w5_users: Vec<i64>,
    pub w7_posts: Vec<i64>,
    pub w8_after: i64,
    /// one in 500 breaks a foreign key and has to be refused
    pub w10_each: Comments,
    pub w10_batch: Comments,
    pub w11_users: Vec<i64>,
}

impl Queries {
    pub fn draw(d: &Data, scale: f64) -> Queries {
        Queries::draw_sized(d, scale, scale)
    }

    /// As many reads as at one scale, and as many writes as at another.
    pub fn draw_sized(d: &Data, reads: f64, writes: f64) -> Queries {
        let r = &mut Rng(7);
        let n = |full: f64| (full * reads).round() as usize;
        let written = |full: f64| (full * writes).round() as usize;
        let pick = |r: &mut Rng, from: &[i64], n: usize| -> Vec<i64> {
            (0..n).map(|_| from[r.below(from.len())]).collect()
        };
        let w1_posts = pick(r, &d.post_id, n(1e6));
        let mut w2_emails = Strs::default();
        for _ in 0..n(1e6) {
            let e = d.user_email.get(r.below(d.user_email.len()));
            if r.below(10) == 0 { w2_emails.push(&format!("x{e}")) } else { w2_emails.push(e) }
        }
        let text = Text::new(r);
        let mut fresh = |bad: bool| {
            let mut c = Comments::default();
            let last = *d.comments.id.last().unwrap();
            for i in 0..written(2e5) {
                c.id.push(last + 1 + i as i64);
                let mut post = d.post_id[r.skewed(d.post_id.len(), COMMENT_SKEW)];
                let mut author = d.user_id[r.below(d.user_id.len())];
                match r.below(1000) {
                    0 if bad => post += 1_000_000_000,
                    1 if bad => author += 1_000_000_000,
                    _ => {}
                }
                c.post_id.push(post);
                c.author_id.push(author);
                c.body.push(text.slice(r, 20, 100));
                c.created_at.push(T0 + r.below(SPAN) as i64);
            }
            c
        };
        let (w10_each, w10_batch) = (fresh(true), fresh(false));
        let mut shuffled = d.user_id.clone();
        for i in (1..shuffled.len()).rev() {
            shuffled.swap(i, r.below(i + 1));
        }
        Queries {
            w1_posts,
            w2_emails,
            w3_comments: pick(r, &d.comments.id, n(1e6)),
            w4_users: pick(r, &d.user_id, n(1e5)),
            w5_users: pick(r, &d.user_id, n(2e4)),
            w7_posts: pick(r, &d.post_id, n(5e4)),
            w8_after: T0 + SPAN as i64 / 2,
            w10_each,
            w10_batch,
            w11_users: shuffled[..written(1e3).min(shuffled.len() / 2)].to_vec(),
        }
    }
}
