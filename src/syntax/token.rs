//! The tokens: a formula's decoded text in, lexemes with byte ranges of that text out. Lexing never fails: whatever is
//! no token of the language is one of the variants below `Comment`, which `repair` reports and replaces. White space is
//! what lies between lexemes.

use logos::Logos;

/// What a lexeme is; its text stays in the formula.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n]+")]
pub enum Token {
    /// Digits alone.
    #[regex("[0-9]+")]
    Integer,
    /// Any other number.
    #[regex(r"([0-9]+\.[0-9]+|\.[0-9]+)([eE][+-]?[0-9]+)?")]
    #[regex(r"[0-9]+[eE][+-]?[0-9]+")]
    Number,
    /// `5m`
    #[regex("[0-9]+[mhdw]", priority = 10)]
    Duration,
    /// An identifier.
    #[regex("[A-Za-z_][A-Za-z0-9_]*")]
    Name,
    /// An id in backticks.
    #[regex("`[^`\n]*`")]
    QuotedName,
    /// `t` or `T`.
    #[token("t", priority = 20, ignore(case))]
    T,
    /// `null`
    #[token("null", priority = 20, ignore(case))]
    Null,
    /// `true`
    #[token("true", priority = 20, ignore(case))]
    True,
    /// `false`
    #[token("false", priority = 20, ignore(case))]
    False,
    /// `OR`, `||`
    #[token("or", priority = 20, ignore(case))]
    #[token("||")]
    Or,
    /// `AND`, `&&`
    #[token("and", priority = 20, ignore(case))]
    #[token("&&")]
    And,
    /// `NOT`, `!`
    #[token("not", priority = 20, ignore(case))]
    #[token("!")]
    Not,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    LessEqual,
    /// `>`
    #[token(">")]
    Greater,
    /// `>=`
    #[token(">=")]
    GreaterEqual,
    /// `==`
    #[token("==")]
    Equal,
    /// `!=`
    #[token("!=")]
    NotEqual,
    /// `+`
    #[token("+")]
    Plus,
    /// `-`
    #[token("-")]
    Minus,
    /// `*`
    #[token("*")]
    Star,
    /// `/`
    #[token("/")]
    Slash,
    /// `%`
    #[token("%")]
    Percent,
    /// `^`
    #[token("^")]
    Caret,
    /// `(`
    #[token("(")]
    OpenParen,
    /// `)`
    #[token(")")]
    CloseParen,
    /// `[`
    #[token("[")]
    OpenBracket,
    /// `]`
    #[token("]")]
    CloseBracket,
    /// `,`
    #[token(",")]
    Comma,
    /// `=`
    #[token("=")]
    Assign,
    /// `# …` to the end of the line.
    #[regex("#[^\n]*", allow_greedy = true)]
    Comment,

    /// Digits with something behind them: `5.`, `1.2.3`, `5min`, `1e+5m`.
    #[regex(r"\.?[0-9][0-9\p{L}\p{M}_.]*", priority = 1)]
    #[regex(r"([0-9]+(\.[0-9]+)?|\.[0-9]+)[eE][+-][0-9][0-9\p{L}\p{M}_.]*", priority = 1)]
    BadNumber,
    /// `orders.arrivals`
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")]
    DottedName,
    /// A word with letters beyond ASCII.
    #[regex(r"[\p{L}_][\p{L}\p{M}\p{N}_]*", priority = 1)]
    ForeignWord,
    /// A backtick without its partner, to the end of the line.
    #[regex("`[^`\n]*", priority = 1)]
    OpenBacktick,
    /// `"text"`
    #[regex("\"[^\"\n]*\"")]
    #[regex("'[^'\n]*'")]
    Text,
    /// Any other character, and the operators of other languages.
    #[regex(".", priority = 0)]
    #[token("**")]
    #[token("<>")]
    #[token("=<")]
    #[token("=>")]
    #[token("===")]
    Unknown,

    /// Made by `repair`: a name before `=` in a call.
    ArgumentName,
    /// Made by `repair`: something that has been reported.
    Bad,
}

impl Token {
    /// Whether a value can end with it, so that an operator may follow.
    pub fn ends_value(self) -> bool {
        use Token::{CloseBracket, CloseParen, Duration, False, Integer, Name, Null, Number, QuotedName, T, True};
        matches!(
            self,
            Integer
                | Number
                | Duration
                | Name
                | QuotedName
                | T
                | Null
                | True
                | False
                | CloseParen
                | CloseBracket
                | Token::Bad
        )
    }

    /// Whether a value can begin with it; a sign is left out, it may as well be an operator.
    pub fn begins_value(self) -> bool {
        use Token::{CloseBracket, CloseParen, Not, OpenBracket, OpenParen};
        let opens = matches!(self, OpenParen | OpenBracket | Not);
        opens || (self.ends_value() && !matches!(self, CloseParen | CloseBracket))
    }

    /// The one spelling of an operator, as in the builtin table.
    pub fn symbol(self) -> &'static str {
        match self {
            Token::Or => "OR",
            Token::And => "AND",
            Token::Not => "NOT",
            Token::Less => "<",
            Token::LessEqual => "<=",
            Token::Greater => ">",
            Token::GreaterEqual => ">=",
            Token::Equal => "==",
            Token::NotEqual => "!=",
            Token::Plus => "+",
            Token::Minus => "-",
            Token::Star => "*",
            Token::Slash => "/",
            Token::Percent => "%",
            Token::Caret => "^",
            _ => "",
        }
    }
}

/// A token and where it stands in the decoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub token: Token,
    /// Its first byte.
    pub start: usize,
    /// Just behind its last byte.
    pub end: usize,
}

/// All lexemes of `text`, comments too.
pub fn lex(text: &str) -> Vec<Lexeme> {
    let with_range = |(token, range): (Result<Token, ()>, std::ops::Range<usize>)| Lexeme {
        token: token.unwrap_or(Token::Unknown),
        start: range.start,
        end: range.end,
    };
    Token::lexer(text).spanned().map(with_range).collect()
}

/// Whether `id` can be written without backticks.
pub fn is_plain_name(id: &str) -> bool {
    let mut lexer = Token::lexer(id);
    matches!(lexer.next(), Some(Ok(Token::Name | Token::T))) && lexer.span() == (0..id.len())
}
