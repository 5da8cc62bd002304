//! stub
pub mod db;
