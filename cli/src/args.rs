//! What may stand on the command line.

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use relata::json::Limits;
use std::path::PathBuf;

/// Examples come before the list of options: most readers look for one to change.
const TEMPLATE: &str = "{about}\n\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

const EXAMPLES: &str = "\
Examples:
  relata demo
  relata check --schema shop.json --data shop/
  relata query --schema shop.json --data shop/ '{\"findMany\": \"users\", \"with\": {\"orders\": true}}'
  relata run   --schema shop.json changes.json
  relata save  --schema shop.json --data shop/ shop.relata
  relata query --file shop.relata '{\"count\": \"users\"}'";

const QUERY_EXAMPLES: &str = "\
Examples:
  relata query --schema shop.json --data shop/ '{\"findMany\": \"users\", \"limit\": 3}'
  relata query --schema shop.json --data shop/ @query.json
  relata query --schema shop.json --data shop/ --mode csv - < query.json > users.csv
  relata query --schema shop.json --data shop/ --explain '{\"findMany\": \"users\", \"where\": {\"id\": 7}}'
  relata query --file shop.relata '{\"findMany\": \"users\"}'";

const RUN_EXAMPLES: &str = "\
Examples:
  relata run --schema shop.json changes.json
  relata run --schema shop.json --data shop/ --strict changes.json
  echo '{\"insert\": \"users\", \"values\": {\"name\": \"Ann\"}}' | relata run --schema shop.json -
  relata run --file shop.relata --save shop.relata changes.json";

const CHECK_EXAMPLES: &str = "\
Examples:
  relata check --schema shop.json
  relata check --schema shop.json --data shop/
  relata check --file shop.relata";

const SAVE_EXAMPLES: &str = "\
Examples:
  relata save --schema shop.json --data shop/ shop.relata
  relata save --schema shop.json --data shop/ - | gzip > shop.relata.gz
  relata save --schema newer.json --file shop.relata newer.relata";

const LOAD_EXAMPLES: &str = "\
Examples:
  relata load shop.relata
  relata load --schema shop.json shop.relata
  gunzip < shop.relata.gz | relata load -";

const EXITS: &str = "Exit codes: 0 all is well, 1 the data or the query was refused, 2 the command line was.";

/// Query and check relational data in JSON and CSV.
///
/// Without a command, the demo.
#[derive(Debug, Parser)]
#[command(name = "relata", version, help_template = TEMPLATE, before_help = EXAMPLES, after_help = EXITS)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// When to write in colour; `auto` asks the terminal and NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: When,
    /// Say more on standard error
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask a question of a folder of CSV files, or of a saved file
    #[command(help_template = TEMPLATE, before_help = QUERY_EXAMPLES)]
    Query(QueryArgs),
    /// Carry out a script of statements and queries, one JSON line for each
    #[command(help_template = TEMPLATE, before_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Look for mistakes in a schema, and in the data that should follow it
    #[command(help_template = TEMPLATE, before_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Save rows and their schema as one file
    #[command(help_template = TEMPLATE, before_help = SAVE_EXAMPLES)]
    Save(SaveArgs),
    /// Load a saved file, check all of it, and tell what is in it
    #[command(help_template = TEMPLATE, before_help = LOAD_EXAMPLES)]
    Load(LoadArgs),
    /// Show what Relata does, on data made up for it
    #[command(help_template = TEMPLATE, before_help = "Example:\n  relata demo")]
    Demo,
    /// Write the completions of a shell
    #[command(
        help_template = TEMPLATE,
        before_help = "Example:\n  relata completions bash > ~/.local/share/bash-completion/completions/relata"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct QueryArgs {
    /// The query: JSON, `@file`, or `-` for standard input
    pub(crate) query: String,
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
    /// The folder with a file `<table>.csv` for each table
    #[arg(long, value_name = "DIR", required_unless_present = "file")]
    pub(crate) data: Option<PathBuf>,
    /// How to write the rows; without it a tree on a terminal and json elsewhere
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) mode: Option<Mode>,
    /// With csv and table: write what a to-one relation leads to as columns like `author.name`
    #[arg(long)]
    pub(crate) flatten: bool,
    /// Say how the rows would be found, instead of finding them
    #[arg(long, conflicts_with_all = ["mode", "flatten"])]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The script: a file, or `-` for standard input
    pub(crate) script: String,
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
    /// The folder with a file `<table>.csv` for each table; without it all tables start empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Stop at the first statement that is refused, with exit code 1
    #[arg(long)]
    pub(crate) strict: bool,
    /// Save what the script leaves, unless it stopped or couldn't be read
    #[arg(long, value_name = "OUT")]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
    /// The folder with a file `<table>.csv` for each table
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SaveArgs {
    /// The file to write, or `-` for standard output
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
    /// The folder with a file `<table>.csv` for each table; without it all tables are empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LoadArgs {
    /// The saved file, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// The schema it should be of; given several times, its parts
    #[arg(long = "schema", value_name = "FILE")]
    pub(crate) schemas: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SchemaArgs {
    /// The schema document; given several times, its parts
    #[arg(long = "schema", required_unless_present = "file", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A saved file to start from; it has its schema in it, and should be of --schema if that is given
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) file: Option<PathBuf>,
}

/// How to write the rows of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// One JSON document
    Json,
    /// One JSON document a row
    Ndjson,
    /// Rows and what they include, for people
    Tree,
    /// Columns side by side, for people
    Table,
    /// Comma-separated values, nulls empty and empty texts quoted
    Csv,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Bytes of one document, and of one CSV record
    // A file of one's own may be larger than what strangers send.
    #[arg(long, value_name = "N", default_value_t = 64 << 20)]
    limit_bytes: usize,
    /// Lists and objects inside each other, at most 127
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth)]
    limit_depth: usize,
    /// Values in one request
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    limit_nodes: usize,
    /// Rows that one request may write or be answered with
    #[arg(long, value_name = "N", default_value_t = Limits::default().rows)]
    limit_rows: usize,
    /// Rows that one query may come by on its way
    #[arg(long, value_name = "N", default_value_t = Limits::default().work)]
    limit_work: usize,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        Limits::default()
            .bytes(self.limit_bytes)
            .depth(self.limit_depth)
            .nodes(self.limit_nodes)
            .rows(self.limit_rows)
            .work(self.limit_work)
    }
}
