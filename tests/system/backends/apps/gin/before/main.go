// Streams by itself: each stream is a connection of this process, and what is sent while a browser
// is away is lost.
package main

import (
	"log"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

var words = strings.Fields("Each word of this answer is sent as soon as it is known, " +
	"so that a reader can begin long before the end.")

var (
	mutex   sync.Mutex
	readers = map[chan gin.H]bool{}
)

func main() {
	app := gin.New()
	app.GET("/healthz", func(c *gin.Context) { c.JSON(200, gin.H{"ok": true}) })
	app.GET("/api/stream", stream)
	app.POST("/api/answer", answer)
	app.GET("/api/notifications", notifications)
	app.POST("/api/send-message", sendMessage)
	if path := os.Getenv("SOCKET"); path != "" {
		os.Remove(path) // left by a former run
		log.Fatal(app.RunUnix(path))
	}
	log.Fatal(app.Run("127.0.0.1:" + os.Getenv("PORT")))
}

func stream(c *gin.Context) {
	for step := 1; step <= 8; step++ {
		c.SSEvent("progress", gin.H{"step": step, "of": 8})
		c.Writer.Flush()
		time.Sleep(50 * time.Millisecond)
	}
	c.SSEvent("end", gin.H{})
}

func answer(c *gin.Context) {
	c.Header("Content-Type", "text/plain")
	for _, word := range words {
		c.Writer.WriteString(word + " ")
		c.Writer.Flush()
		time.Sleep(50 * time.Millisecond)
	}
}

func notifications(c *gin.Context) {
	messages := make(chan gin.H, 100)
	mutex.Lock()
	readers[messages] = true
	mutex.Unlock()
	defer func() {
		mutex.Lock()
		delete(readers, messages)
		mutex.Unlock()
	}()
	c.Header("Content-Type", "text/event-stream")
	c.Writer.Flush()
	for {
		select {
		case message := <-messages:
			c.SSEvent("notification", message)
			c.Writer.Flush()
		case <-c.Request.Context().Done():
			return
		}
	}
}

func sendMessage(c *gin.Context) {
	var message gin.H
	if c.BindJSON(&message) != nil {
		return
	}
	mutex.Lock()
	defer mutex.Unlock()
	for reader := range readers {
		select {
		case reader <- message:
		default: // too slow: this one loses it
		}
	}
	c.JSON(200, gin.H{"readers": len(readers)})
}
