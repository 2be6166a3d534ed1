//! What a request says, checked as strictly as DynamoDB checks it, and more: nothing unknown, unused or repeated.

use super::expression::Placeholders;
use super::item::{Item, key_of, only_key_of};
use super::syntax::Update;
use super::table::{Check, Step, checked_key};
use serde_json::Value;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The table and the index that exist.
pub const TABLE: &str = "cache";
pub const INDEX: &str = "tag-index";

/// A request's steps, and how its answer is put together.
pub struct Call {
    pub kind: CallKind,
    pub steps: Vec<Step>,
    /// What stands for each step in `UnprocessedKeys` or `UnprocessedItems`.
    pub requests: Vec<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallKind {
    GetItem,
    PutItem,
    UpdateItem { all_new: bool },
    DeleteItem,
    Query,
    BatchGetItem { consistent: bool },
    BatchWriteItem,
}

/// Parses the body of the operation `name`.
pub fn parse(name: &str, body: &[u8]) -> Result<Call, String> {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return Err("the body is no JSON object".into());
    };
    let mut request = Request { body };
    let call = match name {
        "GetItem" => request.get_item(),
        "PutItem" => request.put_item(),
        "UpdateItem" => request.update_item(),
        "DeleteItem" => request.delete_item(),
        "Query" => request.query(),
        "BatchGetItem" => request.batch_get_item(),
        "BatchWriteItem" => request.batch_write_item(),
        other => Err(format!("the operation {other} is not for a running cache")),
    }?;
    match request.body.keys().next() {
        None => Ok(call),
        Some(unknown) => Err(format!("{name} has no parameter {unknown}, or it is not simulated")),
    }
}

/// A body whose parameters are taken out one by one: what is left is unknown.
struct Request {
    body: Item,
}

impl Request {
    fn get_item(&mut self) -> Result<Call, String> {
        self.table()?;
        let key = only_key_of(&self.object("Key")?)?;
        let consistent = self.flag("ConsistentRead")?;
        Ok(Call::single(CallKind::GetItem, Step::Get { key, consistent }))
    }

    fn put_item(&mut self) -> Result<Call, String> {
        self.table()?;
        let item = self.object("Item")?;
        let key = checked_key(&item)?;
        let check = self.check()?;
        Ok(Call::single(CallKind::PutItem, Step::Put { key, item, check }))
    }

    fn delete_item(&mut self) -> Result<Call, String> {
        self.table()?;
        let key = only_key_of(&self.object("Key")?)?;
        let check = self.check()?;
        Ok(Call::single(CallKind::DeleteItem, Step::Delete { key, check }))
    }

    fn update_item(&mut self) -> Result<Call, String> {
        self.table()?;
        let key = only_key_of(&self.object("Key")?)?;
        let all_new = match self.body.remove("ReturnValues") {
            None => false,
            Some(wanted) if wanted == "NONE" => false,
            Some(wanted) if wanted == "ALL_NEW" => true,
            Some(other) => return Err(format!("ReturnValues {other} is not simulated")),
        };
        let with = self.placeholders()?;
        let update: Update = with.update(&self.text("UpdateExpression")?)?;
        let check = self.condition("ConditionExpression", &with)?;
        with.all_used()?;
        Ok(Call::single(CallKind::UpdateItem { all_new }, Step::Update { key, update, check, with }))
    }

    fn query(&mut self) -> Result<Call, String> {
        self.table()?;
        if self.text("IndexName")? != INDEX {
            return Err("The table does not have the specified index".into());
        }
        let with = self.placeholders()?;
        let check = self.condition("KeyConditionExpression", &with)?.ok_or("no KeyConditionExpression")?;
        let (name, tag) = with.key_equals(&check.condition)?;
        if name != "tag" || tag["S"].as_str().is_none_or(str::is_empty) {
            return Err(format!("Query condition missed key schema element: tag ({name})"));
        }
        with.all_used()?;
        let after = match self.body.remove("ExclusiveStartKey") {
            None => None,
            Some(start) => {
                let start =
                    start.as_object().filter(|start| start.len() == 2).ok_or("a start key is tag and key")?;
                key_of(start, "tag")?;
                Some(key_of(start, "key")?)
            }
        };
        Ok(Call::single(CallKind::Query, Step::Query { tag, after }))
    }

    fn batch_get_item(&mut self) -> Result<Call, String> {
        let of_table = self.of_table()?;
        let mut inner = Request { body: of_table.as_object().cloned().ok_or("RequestItems is no map")? };
        let consistent = inner.flag("ConsistentRead")?;
        let keys = inner.body.remove("Keys").and_then(|keys| keys.as_array().cloned()).ok_or("no Keys")?;
        if let Some(unknown) = inner.body.keys().next() {
            return Err(format!("BatchGetItem with {unknown} is not simulated"));
        }
        let mut steps = Vec::new();
        for key in &keys {
            let key = only_key_of(key.as_object().ok_or("a key is no map")?)?;
            steps.push(Step::Get { key, consistent });
        }
        Call::batch(CallKind::BatchGetItem { consistent }, steps, keys, 100)
    }

    fn batch_write_item(&mut self) -> Result<Call, String> {
        let of_table = self.of_table()?;
        let requests = of_table.as_array().cloned().ok_or("RequestItems is no list")?;
        let steps = requests.iter().map(write_step).collect::<Result<_, _>>()?;
        Call::batch(CallKind::BatchWriteItem, steps, requests, 25)
    }

    fn check(&mut self) -> Result<Option<Check>, String> {
        let with = self.placeholders()?;
        let check = self.condition("ConditionExpression", &with)?;
        with.all_used()?;
        Ok(check)
    }

    fn condition(&mut self, parameter: &str, with: &Rc<Placeholders>) -> Result<Option<Check>, String> {
        let Some(text) = self.body.remove(parameter) else { return Ok(None) };
        let condition = with.condition(text.as_str().ok_or("an expression is no string")?)?;
        Ok(Some(Check { condition, with: with.clone() }))
    }

    fn placeholders(&mut self) -> Result<Rc<Placeholders>, String> {
        let mut map = |parameter: &str| match self.body.remove(parameter) {
            None => Ok(Item::new()),
            Some(Value::Object(map)) if !map.is_empty() => Ok(map),
            Some(_) => Err(format!("{parameter} must not be empty")),
        };
        let (names, values) = (map("ExpressionAttributeNames")?, map("ExpressionAttributeValues")?);
        super::item::size_of(&values)?;
        Ok(Rc::new(Placeholders::new(names, values)))
    }

    fn of_table(&mut self) -> Result<Value, String> {
        let mut items = self.object("RequestItems")?;
        let of_table = items.remove(TABLE).ok_or("Requested resource not found")?;
        if items.is_empty() { Ok(of_table) } else { Err("a batch over more than one table".into()) }
    }

    fn table(&mut self) -> Result<(), String> {
        if self.text("TableName")? == TABLE { Ok(()) } else { Err("Requested resource not found".into()) }
    }

    fn text(&mut self, parameter: &str) -> Result<String, String> {
        let text = self.body.remove(parameter);
        text.and_then(|text| text.as_str().map(str::to_owned))
            .ok_or_else(|| format!("{parameter} is no string"))
    }

    fn object(&mut self, parameter: &str) -> Result<Item, String> {
        let object = self.body.remove(parameter);
        object.and_then(|object| object.as_object().cloned()).ok_or_else(|| format!("{parameter} is no map"))
    }

    fn flag(&mut self, parameter: &str) -> Result<bool, String> {
        match self.body.remove(parameter) {
            None => Ok(false),
            Some(flag) => flag.as_bool().ok_or_else(|| format!("{parameter} is no boolean")),
        }
    }
}

fn write_step(request: &Value) -> Result<Step, String> {
    let map = request.as_object().filter(|map| map.len() == 1).ok_or("a write request holds one request")?;
    if let Some(item) = map.get("PutRequest").and_then(|put| put["Item"].as_object()) {
        return Ok(Step::Put { key: checked_key(item)?, item: item.clone(), check: None });
    }
    let key = map.get("DeleteRequest").and_then(|delete| delete["Key"].as_object());
    Ok(Step::Delete { key: only_key_of(key.ok_or("neither PutRequest nor DeleteRequest")?)?, check: None })
}

impl Call {
    fn single(kind: CallKind, step: Step) -> Self {
        Call { kind, steps: vec![step], requests: Vec::new() }
    }

    fn batch(kind: CallKind, steps: Vec<Step>, requests: Vec<Value>, max: usize) -> Result<Self, String> {
        if steps.is_empty() || steps.len() > max {
            return Err(format!("a batch of {}, the limit is {max}", steps.len()));
        }
        let keys: BTreeSet<_> = steps.iter().map(Step::key).collect();
        if keys.len() < steps.len() {
            return Err("Provided list of item keys contains duplicates".into());
        }
        Ok(Call { kind, steps, requests })
    }
}

impl Step {
    /// The key of the item that it is about.
    pub fn key(&self) -> &str {
        match self {
            Step::Get { key, .. }
            | Step::Put { key, .. }
            | Step::Update { key, .. }
            | Step::Delete { key, .. } => key,
            Step::Query { tag, .. } => tag["S"].as_str().unwrap_or_default(),
        }
    }
}

#[test]
fn malformed_requests_are_refused() {
    let refused = |name: &str, body: &str| parse(name, body.as_bytes()).err().expect("refused");
    let key = r#""TableName": "cache", "Key": {"key": {"S": "k"}}"#;
    assert!(parse("GetItem", format!("{{{key}}}").as_bytes()).is_ok());
    assert!(refused("GetItem", &format!(r#"{{{key}, "Consistent": true}}"#)).contains("Consistent"));
    assert!(refused("GetItem", r#"{"TableName": "cache", "Key": {"key": {"S": ""}}}"#).contains("empty"));
    let unused = format!(r#"{{{key}, "ExpressionAttributeValues": {{":v": {{"N": "1"}}}}}}"#);
    assert!(refused("DeleteItem", &unused).contains(":v is unused"));
    let twice = r#"{"RequestItems": {"cache": {"Keys": [{"key": {"S": "k"}}, {"key": {"S": "k"}}]}}}"#;
    assert!(refused("BatchGetItem", twice).contains("duplicates"));
    assert!(refused("Scan", "{}").contains("Scan"));
}
