// The crate reqwest-eventsource. Prints `NAME<tab>ID<tab>DATA` for each event.
use futures::StreamExt;
use reqwest_eventsource::{Event, EventSource};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("usage: reqwest URL");
    let mut source = EventSource::get(url);
    while let Some(next) = source.next().await {
        match next {
            Ok(Event::Open) => {}
            Ok(Event::Message(event)) => println!("{}\t{}\t{}", event.event, event.id, event.data),
            Err(error) => eprintln!("{error}"), // it reconnects by itself
        }
    }
}
