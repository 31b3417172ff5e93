// The Go module r3labs/sse. Prints `NAME<tab>ID<tab>DATA` for each event.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/r3labs/sse/v2"
	"gopkg.in/cenkalti/backoff.v1"
)

func main() {
	client := sse.NewClient(os.Args[1])
	client.ReconnectStrategy = backoff.NewConstantBackOff(300 * time.Millisecond)
	for { // Subscribe returns when the server ends the stream; the client keeps the last id
		err := client.SubscribeRaw(func(event *sse.Event) {
			fmt.Printf("%s\t%s\t%s\n", event.Event, event.ID, event.Data)
		})
		fmt.Fprintln(os.Stderr, "ended:", err)
		time.Sleep(300 * time.Millisecond)
	}
}
