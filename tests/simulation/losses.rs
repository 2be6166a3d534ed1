//! The log is lost or goes back while processes live on: what an operator may do to a table.

use crate::dynamodb::{Item, Table};
use crate::history::{Event, History};
use crate::truth::Truth;
use crate::world::World;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The log's row.
pub const LOG: &str = "__revalidations__";

#[derive(Clone, Copy, Debug)]
enum Deed {
    BackUp,
    DeleteLog,
    Empty,
    Restore,
}

/// An operator, and the backup that there is.
pub struct Operator {
    world: Rc<World>,
    table: Rc<Table>,
    history: Rc<History>,
    truth: Rc<Truth>,
    backup: RefCell<Backup>,
}

/// Rows, when the log began, and the events that it had.
type Backup = (BTreeMap<String, Rc<Item>>, (u64, Vec<Event>));

impl Operator {
    pub fn new(world: Rc<World>, table: Rc<Table>, history: Rc<History>, truth: Rc<Truth>) -> Self {
        Operator { world, table, history, truth, backup: RefCell::default() }
    }

    /// Does one of it.
    pub fn act(&self) {
        let deed = *self.world.random().pick(&[Deed::BackUp, Deed::DeleteLog, Deed::Empty, Deed::Restore]);
        self.world.trace(|| format!("an operator: {deed:?}"));
        let (rows, (began, events)) = match deed {
            Deed::BackUp => {
                *self.backup.borrow_mut() = (self.table.rows(), self.history.log());
                return;
            }
            Deed::DeleteLog => {
                let mut rows = self.table.rows();
                rows.remove(LOG);
                (rows, Default::default())
            }
            Deed::Empty => Backup::default(),
            Deed::Restore => self.backup.borrow().clone(),
        };
        self.table.replace(rows);
        self.history.log_lost(began, events);
        self.truth.log_lost();
    }
}
