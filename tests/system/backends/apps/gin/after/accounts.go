// Sessions in Redis, and an endpoint as nginx asks it:
//
//	location /users/ { auth_request /auth; }
//	location = /auth { internal; proxy_pass http://app; proxy_set_header X-Original-URI $request_uri; }
package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func addAccounts(app *gin.Engine) {
	app.POST("/login", login)
	app.POST("/logout", logout)
	app.GET("/auth", auth)
	app.POST("/api/notify", notify)
}

func login(c *gin.Context) { // a real one asks for a password
	var person struct{ User string }
	if c.BindJSON(&person) != nil {
		return
	}
	session := uuid.NewString()
	cache.Set(c, "session:"+session, person.User, 24*time.Hour)
	c.SetCookie("sid", session, 86400, "/", "", false, true)
	c.Status(204)
}

func logout(c *gin.Context) {
	session, _ := c.Cookie("sid")
	cache.Del(c, "session:"+session)
	c.SetCookie("sid", "", -1, "/", "", false, true)
	c.Status(204)
}

// auth knows the address that was asked for, and decides by it.
func auth(c *gin.Context) {
	session, _ := c.Cookie("sid")
	user, err := cache.Get(c, "session:"+session).Result()
	if err != nil {
		c.JSON(401, gin.H{"error": "sign in first"})
		return
	}
	if !strings.HasPrefix(c.GetHeader("X-Original-URI"), "/users/"+user+"/") {
		c.JSON(403, gin.H{"error": "not yours"})
		return
	}
	c.Header("X-User", user)
	c.Status(204)
}

func notify(c *gin.Context) {
	var message map[string]any
	if c.BindJSON(&message) != nil {
		return
	}
	data, _ := json.Marshal(message)
	err := cache.XAdd(c, &redis.XAddArgs{Stream: "inbox", MaxLen: 10000, Approx: true,
		Values: []any{"key", message["to"], "event", "notification", "data", data}}).Err()
	if err != nil {
		c.AbortWithError(503, err)
		return
	}
	c.JSON(202, gin.H{"written": true})
}
