// The app that Sidestream stands in front of in the cluster: it answers requests and writes to Redis.
//
//	app               serves, until some seconds after SIGTERM
//	app prestop       its own preStop hook
//	curl ... URL      asks until the answer is 200: for `helm test`
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	address = "127.0.0.1:8000"
	hook    = 2 * time.Second // that the preStop hook takes
	linger  = 4 * time.Second // that it still serves after SIGTERM
)

// Appends a record to a stream of Redis, and returns its id.
func appendRecord(stream, data string) (string, error) {
	redis, err := net.Dial("tcp", os.Getenv("REDIS"))
	if err != nil {
		return "", err
	}
	defer redis.Close()
	words := []string{"XADD", stream, "*", "data", data}
	fmt.Fprintf(redis, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(redis, "$%d\r\n%s\r\n", len(word), word)
	}
	answer := bufio.NewScanner(redis)
	answer.Scan()
	if !strings.HasPrefix(answer.Text(), "$") || !answer.Scan() {
		return "", fmt.Errorf("redis: %q", answer.Text())
	}
	return answer.Text(), nil
}

func orders(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	id, err := appendRecord("orders", string(data))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintln(w, id)
}

func slow(w http.ResponseWriter, r *http.Request) {
	seconds, _ := strconv.Atoi(r.FormValue("seconds"))
	time.Sleep(time.Duration(seconds) * time.Second)
	fmt.Fprintln(w, "slow")
}

func preStop(w http.ResponseWriter, _ *http.Request) {
	fmt.Println("preStop")
	time.Sleep(hook)
}

func serve() int {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "the app") })
	http.HandleFunc("/orders", orders)
	http.HandleFunc("/slow", slow)
	http.HandleFunc("/prestop", preStop)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	go func() {
		fmt.Println(http.ListenAndServe(address, nil))
		os.Exit(1)
	}()
	fmt.Println("start")
	<-end
	fmt.Println("SIGTERM")
	time.Sleep(linger)
	fmt.Println("end")
	return 0
}

func get(url string) int {
	for try := 0; try < 20; try++ {
		if answer, err := http.Get(url); err == nil && answer.StatusCode == http.StatusOK {
			return 0
		}
		time.Sleep(500 * time.Millisecond)
	}
	return 1
}

func main() {
	switch strings.Join(os.Args[1:], " ") {
	case "":
		os.Exit(serve())
	case "prestop":
		os.Exit(get("http://" + address + "/prestop"))
	default:
		os.Exit(get(os.Args[len(os.Args)-1]))
	}
}
