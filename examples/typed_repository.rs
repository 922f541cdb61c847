//! Testing code that uses a repository: first with a double written by hand, then with Relata.
//!
//! The double is long, and it lets pass what a database refuses.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "an example shows what it found, or stops")]

use relata::typed::{Database, Id, Model};
use std::cell::RefCell;

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(members: Member::team))]
struct Team {
    #[relata(key, generated)]
    id: Id<Team>,
    name: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Member {
    #[relata(key, generated)]
    id: Id<Member>,
    #[relata(belongs_to(team: Team, on_delete = cascade))]
    team_id: Id<Team>,
    #[relata(unique)]
    email: String,
}

/// What the code under test needs of its storage.
trait Teams {
    fn create(&self, name: &str) -> Result<Id<Team>, String>;
    fn join(&self, team: Id<Team>, email: &str) -> Result<(), String>;
    fn disband(&self, team: Id<Team>) -> Result<(), String>;
    fn emails(&self, team: Id<Team>) -> Vec<String>;
    fn member_count(&self) -> usize;
}

/// The code under test: moves everybody of one team into a new one.
fn rename(teams: &dyn Teams, old: Id<Team>, name: &str) -> Result<Id<Team>, String> {
    let emails = teams.emails(old);
    let new = teams.create(name)?;
    teams.disband(old)?;
    emails.iter().try_for_each(|email| teams.join(new, email))?;
    Ok(new)
}

/// A double by hand. That emails are unique, that a team must be there, and that members go with their team
/// has all to be thought of again; nobody did.
#[derive(Default)]
struct Double {
    teams: RefCell<Vec<(i64, String)>>,
    members: RefCell<Vec<(i64, String)>>,
}

impl Teams for Double {
    fn create(&self, name: &str) -> Result<Id<Team>, String> {
        let id = self.teams.borrow().len() as i64 + 1;
        self.teams.borrow_mut().push((id, name.into()));
        Ok(Id::new(id))
    }

    fn join(&self, team: Id<Team>, email: &str) -> Result<(), String> {
        self.members.borrow_mut().push((*team.get(), email.into()));
        Ok(())
    }

    fn disband(&self, team: Id<Team>) -> Result<(), String> {
        self.teams.borrow_mut().retain(|(id, _)| id != team.get());
        Ok(())
    }

    fn emails(&self, team: Id<Team>) -> Vec<String> {
        let members = self.members.borrow();
        members.iter().filter(|(id, _)| id == team.get()).map(|(_, email)| email.clone()).collect()
    }

    fn member_count(&self) -> usize {
        self.members.borrow().len()
    }
}

/// The same with Relata: each method is a line, and the rules are those of the models.
struct Store(Database);

impl Teams for Store {
    fn create(&self, name: &str) -> Result<Id<Team>, String> {
        self.0.insert(NewTeam::new(name)).map_err(|error| error.to_string())
    }

    fn join(&self, team: Id<Team>, email: &str) -> Result<(), String> {
        self.0.insert(NewMember::new(team, email)).map(drop).map_err(|error| error.to_string())
    }

    fn disband(&self, team: Id<Team>) -> Result<(), String> {
        self.0.delete(team).map(drop).map_err(|error| error.to_string())
    }

    fn emails(&self, team: Id<Team>) -> Vec<String> {
        let members = self.0.query::<Member>().filter(|m| m.team_id().eq(team));
        members.select(|m| m.email()).all().map(|found| found.to_vec()).unwrap_or_default()
    }

    fn member_count(&self) -> usize {
        self.0.query::<Member>().count().unwrap_or_default() as usize
    }
}

/// What a test asserts of either.
fn renaming_keeps_everybody(teams: &dyn Teams) -> Result<(), String> {
    let old = teams.create("Reds")?;
    teams.join(old, "ann@x.org")?;
    teams.join(old, "bob@x.org")?;
    let new = rename(teams, old, "Blues")?;
    assert_eq!(teams.emails(new), ["ann@x.org", "bob@x.org"]);
    if teams.member_count() != 2 {
        return Err(format!("{} members are left of 2 people", teams.member_count()));
    }
    Ok(())
}

fn main() {
    println!("double: {:?}", renaming_keeps_everybody(&Double::default()));
    let double = Double::default();
    println!("double, joining no team: {:?}", double.join(Id::new(99), "eve@x.org"));

    // In a test suite this is made once; each test has a fork, which costs microseconds.
    let seeded = Database::new::<(Team, Member)>().unwrap();
    println!("relata: {:?}", renaming_keeps_everybody(&Store(seeded.fork())));
    println!("relata, joining no team: {:?}", Store(seeded.fork()).join(Id::new(99), "eve@x.org"));
}
