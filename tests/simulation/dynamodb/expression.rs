//! Expressions with their placeholders, evaluated on an item.

use super::item::{Item, number_of};
use super::syntax::{self, Comparator, Condition, Operand, Path, Update};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The placeholders of one request. Each must be used, as DynamoDB demands.
pub struct Placeholders {
    names: Item,
    values: Item,
    used: RefCell<BTreeSet<String>>,
}

impl Placeholders {
    pub fn new(names: Item, values: Item) -> Self {
        Placeholders { names, values, used: RefCell::default() }
    }

    /// Looks up every placeholder of a condition, so that an unknown one shows whatever the item holds.
    pub fn condition(&self, text: &str) -> Result<Condition, String> {
        let condition = syntax::condition(text)?;
        self.visit_condition(&condition)?;
        Ok(condition)
    }

    pub fn update(&self, text: &str) -> Result<Update, String> {
        let update = syntax::update(text)?;
        for (path, operand) in update.set.iter().chain(&update.add) {
            self.name(path)?;
            self.visit_operand(operand)?;
        }
        update.remove.iter().try_for_each(|path| self.name(path).map(drop))?;
        let paths: Vec<_> =
            update.set.iter().chain(&update.add).map(|(path, _)| path).chain(&update.remove).collect();
        for (i, path) in paths.iter().enumerate() {
            let overlaps = |other: &&Path| {
                other.name == path.name
                    && (other.index == path.index || other.index.is_none() || path.index.is_none())
            };
            if paths[i + 1..].iter().any(overlaps) {
                return Err(format!("Two document paths overlap with each other: {path:?}"));
            }
        }
        Ok(update)
    }

    /// To be called when all expressions of the request were parsed.
    pub fn all_used(&self) -> Result<(), String> {
        let used = self.used.borrow();
        match self.names.keys().chain(self.values.keys()).find(|name| !used.contains(*name)) {
            Some(name) => Err(format!("{name} is unused in expressions")),
            None => Ok(()),
        }
    }

    /// The value of `#name = :value`, the only key condition that a table without a sort key has.
    pub fn key_equals(&self, condition: &Condition) -> Result<(String, Value), String> {
        match condition {
            Condition::Compare(Operand::Path(path), Comparator::Equal, Operand::Value(value)) => {
                Ok((self.name(path)?, self.value(value)?))
            }
            other => Err(format!("{other:?} is no key condition")),
        }
    }

    pub fn holds(&self, condition: &Condition, item: &Item) -> Result<bool, String> {
        Ok(match condition {
            Condition::Or(a, b) => self.holds(a, item)? || self.holds(b, item)?,
            Condition::And(a, b) => self.holds(a, item)? && self.holds(b, item)?,
            Condition::Exists(path) => self.get(path, item)?.is_some(),
            Condition::NotExists(path) => self.get(path, item)?.is_none(),
            Condition::Contains(path, element) => match (self.get(path, item)?, self.eval(element, item)?) {
                (Some(list), Some(element)) => {
                    list["L"].as_array().is_some_and(|list| list.contains(&element))
                }
                _ => false,
            },
            Condition::Compare(a, comparator, b) => match (self.eval(a, item)?, self.eval(b, item)?) {
                (Some(a), Some(b)) => compare(&a, *comparator, &b),
                _ => false,
            },
        })
    }

    /// The item after an update; every operand sees the item as it was before.
    pub fn apply(&self, update: &Update, before: &Item) -> Result<Item, String> {
        let mut after = before.clone();
        for (path, operand) in &update.set {
            let value = self.eval(operand, before)?;
            let value = value.ok_or("an attribute in the update expression does not exist in the item")?;
            match path.index {
                None => drop(after.insert(self.name(path)?, value)),
                Some(_) => return Err("SET of a list element is not simulated".into()),
            }
        }
        for (path, operand) in &update.add {
            let name = self.name(path)?;
            let sum = match (before.get(&name), self.eval(operand, before)?) {
                (None, Some(value)) => number_of(&value).ok_or("ADD takes a number")?,
                (Some(old), Some(value)) => match (number_of(old), number_of(&value)) {
                    (Some(old), Some(value)) => old + value,
                    _ => return Err("an operand in the update expression has an incorrect data type".into()),
                },
                (_, None) => return Err("ADD of nothing".into()),
            };
            after.insert(name, json!({ "N": sum.to_string() }));
        }
        self.remove(&update.remove, before, &mut after)?;
        Ok(after)
    }

    /// Indexes are those of the list before the update; one behind its end removes nothing.
    fn remove(&self, paths: &[Path], before: &Item, after: &mut Item) -> Result<(), String> {
        let mut elements: Vec<(String, usize)> = Vec::new();
        for path in paths {
            let name = self.name(path)?;
            match path.index {
                None => drop(after.remove(&name)),
                Some(index) => elements.push((name, index)),
            }
        }
        elements.sort();
        for (name, index) in elements.into_iter().rev() {
            let length = before.get(&name).and_then(|list| list["L"].as_array()).map(Vec::len);
            let length = length.ok_or("the document path is invalid for update")?;
            if index < length {
                after[&name]["L"].as_array_mut().ok_or("not a list")?.remove(index);
            }
        }
        Ok(())
    }

    fn eval(&self, operand: &Operand, item: &Item) -> Result<Option<Value>, String> {
        Ok(match operand {
            Operand::Path(path) => self.get(path, item)?,
            Operand::Value(value) => Some(self.value(value)?),
            Operand::IfNotExists(path, otherwise) => match self.get(path, item)? {
                Some(value) => Some(value),
                None => self.eval(otherwise, item)?,
            },
            Operand::ListAppend(first, second) => {
                let (first, second) = (self.eval(first, item)?, self.eval(second, item)?);
                let list = |value: Option<Value>| value.and_then(|value| value["L"].as_array().cloned());
                let (Some(mut first), Some(second)) = (list(first), list(second)) else {
                    return Err("an operand of list_append is no list".into());
                };
                first.extend(second);
                Some(json!({ "L": first }))
            }
        })
    }

    fn get(&self, path: &Path, item: &Item) -> Result<Option<Value>, String> {
        let value = item.get(&self.name(path)?);
        Ok(match path.index {
            None => value.cloned(),
            Some(index) => {
                let element = value.and_then(|list| list["L"].get(index));
                let member = path.member.as_ref().map(|member| self.defined(member)).transpose()?;
                let found = match &member {
                    Some(member) => element.and_then(|element| element["M"].get(member)),
                    None => element,
                };
                found.cloned()
            }
        })
    }

    fn name(&self, path: &Path) -> Result<String, String> {
        path.member.as_ref().map(|member| self.defined(member)).transpose()?;
        self.defined(&path.name)
    }

    fn defined(&self, placeholder: &str) -> Result<String, String> {
        self.used.borrow_mut().insert(placeholder.to_owned());
        let name = self.names.get(placeholder).and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| format!("{placeholder} is not defined"))
    }

    fn value(&self, placeholder: &str) -> Result<Value, String> {
        self.used.borrow_mut().insert(placeholder.to_owned());
        self.values.get(placeholder).cloned().ok_or_else(|| format!("{placeholder} is not defined"))
    }

    fn visit_condition(&self, condition: &Condition) -> Result<(), String> {
        match condition {
            Condition::Or(a, b) | Condition::And(a, b) => {
                self.visit_condition(a)?;
                self.visit_condition(b)
            }
            Condition::Exists(path) | Condition::NotExists(path) => self.name(path).map(drop),
            Condition::Contains(path, element) => {
                self.name(path)?;
                self.visit_operand(element)
            }
            Condition::Compare(a, _, b) => {
                self.visit_operand(a)?;
                self.visit_operand(b)
            }
        }
    }

    fn visit_operand(&self, operand: &Operand) -> Result<(), String> {
        match operand {
            Operand::Path(path) => self.name(path).map(drop),
            Operand::Value(value) => self.value(value).map(drop),
            Operand::IfNotExists(path, otherwise) => {
                self.name(path)?;
                self.visit_operand(otherwise)
            }
            Operand::ListAppend(first, second) => {
                self.visit_operand(first)?;
                self.visit_operand(second)
            }
        }
    }
}

/// Values of different types are not equal, and neither is less than the other.
fn compare(a: &Value, comparator: Comparator, b: &Value) -> bool {
    match (comparator, number_of(a), number_of(b)) {
        (Comparator::NotEqual, ..) => !compare(a, Comparator::Equal, b),
        (Comparator::Equal, Some(a), Some(b)) => a == b,
        (Comparator::Equal, _, _) => a == b,
        (Comparator::Less, Some(a), Some(b)) => a < b,
        (Comparator::Less, _, _) => match (a["S"].as_str(), b["S"].as_str()) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: Value) -> Item {
        value.as_object().cloned().expect("an object")
    }

    fn placeholders() -> Placeholders {
        let names = item(json!({ "#e": "events", "#v": "version" }));
        Placeholders::new(
            names,
            item(json!({ ":n": { "N": "2" }, ":l": { "L": [{ "N": "7" }] }, ":z": { "L": [] } })),
        )
    }

    #[test]
    fn an_append_makes_the_list_and_counts() {
        let with = placeholders();
        let update =
            with.update("SET #e = list_append(if_not_exists(#e, :z), :l) ADD #v :n").expect("parses");
        let once = with.apply(&update, &Item::new()).expect("applies");
        let twice = with.apply(&update, &once).expect("applies");
        let sevens = json!([{ "N": "7" }, { "N": "7" }]);
        assert_eq!(twice, item(json!({ "events": { "L": sevens }, "version": { "N": "4" } })));
        assert_eq!(with.all_used(), Ok(()));
    }

    #[test]
    fn removed_indexes_are_those_before_the_update() {
        let with = placeholders();
        let before = item(json!({ "events": { "L": [{ "N": "1" }, { "N": "2" }, { "N": "3" }] } }));
        let update = with.update("REMOVE #e[0], #e[1], #e[9]").expect("parses");
        assert_eq!(with.apply(&update, &before), Ok(item(json!({ "events": { "L": [{ "N": "3" }] } }))));
        assert!(with.all_used().is_err());
    }

    #[test]
    fn a_condition_on_what_is_not_there_fails_and_overlaps_are_refused() {
        let with = placeholders();
        let holds = |text: &str, of: Value| with.holds(&with.condition(text).expect("parses"), &item(of));
        assert_eq!(holds("#v < :n", json!({})), Ok(false));
        assert_eq!(holds("attribute_not_exists(#v) OR #v < :n", json!({})), Ok(true));
        assert_eq!(holds("#v <> :n", json!({ "version": { "N": "2" } })), Ok(false));
        assert_eq!(holds("#v <> :n", json!({ "version": { "N": "3" } })), Ok(true));
        assert_eq!(holds("#v < :n", json!({ "version": { "N": "1" } })), Ok(true));
        assert_eq!(
            holds("(#v = :n) AND attribute_exists(#v)", json!({ "version": { "N": "02" } })),
            Ok(true)
        );
        assert!(with.update("SET #e = :l REMOVE #e[0]").is_err());
        assert!(with.condition("#x = :n").is_err());
    }
}
