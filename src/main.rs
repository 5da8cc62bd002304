//! stub
fn main() {
    let doc = jixiao::app::openapi();
    println!("{}", serde_json::to_string_pretty(&doc).unwrap());
}
