package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const user = "admin"

// uaa adds UAA's endpoints: login with a password, refresh, and the one-time codes of cf ssh, which
// ssh-proxy trades for a token.
func (c *Cloud) uaa(mux *http.ServeMux) {
	mux.HandleFunc("GET /uaa/login", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"app": object{"version": "77.0.0"}, "prompts": object{
			"username": []string{"text", "Email"}, "password": []string{"password", "Password"},
		}, "links": object{"uaa": c.apiURL() + "/uaa"}})
	})
	mux.HandleFunc("POST /uaa/oauth/token", c.token)
	mux.HandleFunc("GET /uaa/oauth/authorize", c.authorize)
	mux.HandleFunc("DELETE /uaa/oauth/token/revoke/{id}", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) })
}

func (c *Cloud) token(w http.ResponseWriter, r *http.Request) {
	client, _, _ := r.BasicAuth()
	granted := false
	switch r.PostFormValue("grant_type") {
	case "password":
		granted = r.PostFormValue("username") == user && r.PostFormValue("password") == c.config.Password
	case "refresh_token":
		granted = c.authentic(r.PostFormValue("refresh_token"))
	case "authorization_code":
		granted = client == "ssh-proxy" && c.takeCode(r.PostFormValue("code"))
	}
	if !granted {
		reply(w, 401, object{"error": "unauthorized", "error_description": "Bad credentials"})
		return
	}
	reply(w, 200, object{
		"access_token": c.newToken(), "refresh_token": c.newToken(), "token_type": "bearer", "expires_in": 86400,
		"scope": "cloud_controller.read cloud_controller.write openid", "jti": newGUID(),
	})
}

// authorize gives the bearer of a token a code that can be used once.
func (c *Cloud) authorize(w http.ResponseWriter, r *http.Request) {
	if !c.authorized(r) || r.FormValue("client_id") != "ssh-proxy" {
		reply(w, 401, object{"error": "unauthorized"})
		return
	}
	code := newGUID()
	c.mu.Lock()
	c.codes[code] = true
	c.mu.Unlock()
	w.Header().Set("Location", c.apiURL()+"/uaa/ssh?"+url.Values{"code": {code}}.Encode())
	w.WriteHeader(http.StatusFound)
}

func (c *Cloud) takeCode(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.codes[code]
	delete(c.codes, code)
	return known
}

// A token is a JWT to those who read it; what makes it valid is the signature's place holding this
// process's secret.
func (c *Cloud) newToken() string {
	part := func(v any) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(object{"alg": "HS256", "typ": "JWT"}) + "." + part(object{
		"jti": newGUID(), "user_id": c.userGUID, "user_name": user, "email": user, "origin": "uaa", "client_id": "cf",
		"scope": []string{"cloud_controller.read", "cloud_controller.write", "cloud_controller.admin", "openid"},
		"iat":   time.Now().Unix(), "exp": time.Now().Add(24 * time.Hour).Unix(),
	}) + "." + c.secret
}

func (c *Cloud) authentic(token string) bool {
	return strings.Count(token, ".") == 2 && strings.HasSuffix(token, "."+c.secret)
}

func (c *Cloud) authorized(r *http.Request) bool {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(kind, "bearer") && c.authentic(token)
}

func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
