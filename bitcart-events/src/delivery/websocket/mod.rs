//! Delivery by websocket, for today's daemons.

mod align;
mod history;
