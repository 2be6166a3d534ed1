//! The grammar of condition, key condition and update expressions, as far as it is used, by recursive descent.
//!
//! AWS: "Expressions in DynamoDB", Amazon DynamoDB Developer Guide. Attribute names must be placeholders here, which is
//! stricter than DynamoDB: a bare name may be one of its 573 reserved words.

/// A condition.
#[derive(Debug, PartialEq)]
pub enum Condition {
    Or(Box<Condition>, Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Compare(Operand, Comparator, Operand),
    Exists(Path),
    NotExists(Path),
    Contains(Path, Operand),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparator {
    Equal,
    NotEqual,
    Less,
}

/// What stands in a comparison or on the right of an assignment.
#[derive(Debug, PartialEq)]
pub enum Operand {
    Path(Path),
    Value(String),
    IfNotExists(Path, Box<Operand>),
    ListAppend(Box<Operand>, Box<Operand>),
}

/// `#name`, one element `#name[3]` of a list, or a member `#name[3].#member` of that element.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub name: String,
    pub index: Option<usize>,
    pub member: Option<String>,
}

/// An update expression: each clause at most once.
#[derive(Debug, Default, PartialEq)]
pub struct Update {
    pub set: Vec<(Path, Operand)>,
    pub remove: Vec<Path>,
    pub add: Vec<(Path, Operand)>,
}

/// Parses a condition or a key condition.
pub fn condition(text: &str) -> Result<Condition, String> {
    let mut parser = Parser::new(text)?;
    let condition = parser.or()?;
    parser.end()?;
    Ok(condition)
}

/// Parses an update expression.
pub fn update(text: &str) -> Result<Update, String> {
    let mut parser = Parser::new(text)?;
    let mut update = Update::default();
    while let Some(Token::Word(clause)) = parser.next() {
        match clause.as_str() {
            "SET" if update.set.is_empty() => update.set = parser.list(Parser::assignment)?,
            "REMOVE" if update.remove.is_empty() => update.remove = parser.list(Parser::path)?,
            "ADD" if update.add.is_empty() => update.add = parser.list(Parser::addition)?,
            other => return Err(format!("the clause {other} is unknown, or there twice")),
        }
    }
    parser.end()?;
    let empty = update.set.is_empty() && update.remove.is_empty() && update.add.is_empty();
    if empty { Err("the update expression is empty".into()) } else { Ok(update) }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Name(String),
    Value(String),
    Number(usize),
    Sign(char),
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
}

impl Parser {
    fn new(text: &str) -> Result<Self, String> {
        // The documented limits of an expression.
        if text.len() > 4096 {
            return Err(format!("an expression of {} bytes, the limit is 4096", text.len()));
        }
        Ok(Parser { tokens: tokens(text)?, position: 0 })
    }

    fn or(&mut self) -> Result<Condition, String> {
        let left = self.and()?;
        if self.word("OR") { Ok(Condition::Or(Box::new(left), Box::new(self.or()?))) } else { Ok(left) }
    }

    fn and(&mut self) -> Result<Condition, String> {
        let left = self.comparison()?;
        if self.word("AND") { Ok(Condition::And(Box::new(left), Box::new(self.and()?))) } else { Ok(left) }
    }

    fn comparison(&mut self) -> Result<Condition, String> {
        if self.sign('(') {
            let inner = self.or()?;
            return self.expect(')').map(|()| inner);
        }
        for (function, make) in [
            ("attribute_not_exists", Condition::NotExists as fn(Path) -> Condition),
            ("attribute_exists", Condition::Exists),
        ] {
            if self.word(function) {
                self.expect('(')?;
                let path = self.path()?;
                return self.expect(')').map(|()| make(path));
            }
        }
        if self.word("contains") {
            self.expect('(')?;
            let path = self.path()?;
            self.expect(',')?;
            let element = self.operand()?;
            return self.expect(')').map(|()| Condition::Contains(path, element));
        }
        let left = self.operand()?;
        let comparator = match self.next() {
            Some(Token::Sign('=')) => Comparator::Equal,
            Some(Token::Sign('<')) if self.sign('>') => Comparator::NotEqual,
            Some(Token::Sign('<')) => Comparator::Less,
            other => return Err(format!("{other:?} where a comparator must stand")),
        };
        Ok(Condition::Compare(left, comparator, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        match self.peek() {
            Some(Token::Name(_)) => Ok(Operand::Path(self.path()?)),
            Some(Token::Value(value)) => {
                self.position += 1;
                Ok(Operand::Value(value))
            }
            Some(Token::Word(function)) if function == "if_not_exists" => {
                self.position += 1;
                self.expect('(')?;
                let path = self.path()?;
                self.expect(',')?;
                let otherwise = self.operand()?;
                self.expect(')').map(|()| Operand::IfNotExists(path, Box::new(otherwise)))
            }
            Some(Token::Word(function)) if function == "list_append" => {
                self.position += 1;
                self.expect('(')?;
                let first = self.operand()?;
                self.expect(',')?;
                let second = self.operand()?;
                self.expect(')').map(|()| Operand::ListAppend(Box::new(first), Box::new(second)))
            }
            other => Err(format!("{other:?} where an operand must stand")),
        }
    }

    fn path(&mut self) -> Result<Path, String> {
        let Some(Token::Name(name)) = self.next() else {
            return Err("attribute names must be placeholders: many are reserved words".into());
        };
        let mut index = None;
        if self.sign('[') {
            let Some(Token::Number(number)) = self.next() else { return Err("no number in []".into()) };
            self.expect(']')?;
            index = Some(number);
        }
        let mut member = None;
        if index.is_some() && self.sign('.') {
            let Some(Token::Name(name)) = self.next() else { return Err("no name behind the dot".into()) };
            member = Some(name);
        }
        Ok(Path { name, index, member })
    }

    fn assignment(&mut self) -> Result<(Path, Operand), String> {
        let path = self.path()?;
        self.expect('=')?;
        Ok((path, self.operand()?))
    }

    fn addition(&mut self) -> Result<(Path, Operand), String> {
        Ok((self.path()?, self.operand()?))
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut items = vec![one(self)?];
        while self.sign(',') {
            items.push(one(self)?);
        }
        Ok(items)
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.position).cloned()
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek();
        self.position += usize::from(token.is_some());
        token
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let found = self.tokens.get(self.position) == Some(wanted);
        self.position += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        self.take(&Token::Word(word.to_owned()))
    }

    fn sign(&mut self, sign: char) -> bool {
        self.take(&Token::Sign(sign))
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        if self.sign(sign) { Ok(()) } else { Err(format!("{:?} where {sign:?} must stand", self.peek())) }
    }

    fn end(&self) -> Result<(), String> {
        self.peek().map_or(Ok(()), |token| Err(format!("{token:?} after the end")))
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let body = if matches!(first, '#' | ':') { &rest[1..] } else { rest };
        let length = body.find(|c| !is_word(c)).unwrap_or(body.len());
        let (word, after) = body.split_at(length);
        let token = match first {
            '#' if length > 0 => Token::Name(format!("#{word}")),
            ':' if length > 0 => Token::Value(format!(":{word}")),
            '0'..='9' => Token::Number(word.parse().map_err(|_| format!("{word} is no number"))?),
            _ if length > 0 => Token::Word(word.to_owned()),
            '(' | ')' | '[' | ']' | ',' | '=' | '<' | '>' | '.' => Token::Sign(first),
            other => return Err(format!("{other:?} is not understood")),
        };
        rest = if matches!(token, Token::Sign(_)) { rest[1..].trim_start() } else { after.trim_start() };
        tokens.push(token);
    }
    Ok(tokens)
}

#[test]
fn an_update_has_clauses_with_paths_and_functions() {
    let parsed =
        update("SET #e = list_append(if_not_exists(#e, :none), :new) REMOVE #f[0], #f[12] ADD #v :n");
    let path = |name: &str, index| Path { name: name.into(), index, member: None };
    let fallback = Operand::IfNotExists(path("#e", None), Box::new(Operand::Value(":none".into())));
    let appended = Operand::ListAppend(Box::new(fallback), Box::new(Operand::Value(":new".into())));
    let expected = Update {
        set: vec![(path("#e", None), appended)],
        remove: vec![path("#f", Some(0)), path("#f", Some(12))],
        add: vec![(path("#v", None), Operand::Value(":n".into()))],
    };
    assert_eq!(parsed, Ok(expected));
}

#[test]
fn bare_names_and_leftovers_are_refused() {
    for text in ["version < :v", "#v < :v :w", "#v > :v", "#v <> ", "(#v < :v", "#v <", "#v ? :v", ""] {
        assert!(condition(text).is_err(), "{text}");
    }
    for text in ["SET #a = :a SET #b = :b", "DROP #a", ""] {
        assert!(update(text).is_err(), "{text}");
    }
}
