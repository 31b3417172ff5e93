// Freed of streams: what browsers shall see is written to Redis, and Sidestream serves it.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

var words = strings.Fields("Each word of this answer is sent as soon as it is known, " +
	"so that a reader can begin long before the end.")

var cache *redis.Client

func main() {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	cache = redis.NewClient(options)
	app := gin.New()
	app.GET("/healthz", func(c *gin.Context) { c.JSON(200, gin.H{"ok": true}) })
	app.POST("/api/send-message", sendMessage)
	app.POST("/api/answer", answer)
	addAccounts(app)
	if path := os.Getenv("SOCKET"); path != "" {
		os.Remove(path) // left by a former run
		log.Fatal(app.RunUnix(path))
	}
	log.Fatal(app.Run("127.0.0.1:" + os.Getenv("PORT")))
}

func write(ctx context.Context, stream, event, data string) error {
	return cache.XAdd(ctx, &redis.XAddArgs{
		Stream: stream, MaxLen: 10000, Approx: true, Values: []string{"event", event, "data", data},
	}).Err()
}

func sendMessage(c *gin.Context) {
	var message json.RawMessage
	if c.BindJSON(&message) != nil {
		return
	}
	if err := write(c, "notifications", "notification", string(message)); err != nil {
		c.AbortWithError(503, err)
		return
	}
	c.JSON(202, gin.H{"written": true})
}

func answer(c *gin.Context) {
	name := uuid.NewString()
	go writeAnswer("answers:" + name)
	c.JSON(202, gin.H{"stream": "/answers/" + name})
}

func writeAnswer(stream string) {
	ctx := context.Background()
	for _, word := range words {
		if err := write(ctx, stream, "word", word); err != nil {
			log.Print(stream, ": ", err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	write(ctx, stream, "end", "")
	cache.Expire(ctx, stream, time.Hour)
}
