//! The function that sends announcements from the queue to Klaviyo and, on a schedule, queues overdue ones again, computes
//! readers' access anew and deletes rows that aren't needed any more.

pub mod config;
pub mod handler;
