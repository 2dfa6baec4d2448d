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
	granted, refresh := false, ""
	switch r.PostFormValue("grant_type") {
	case "password":
		granted = r.PostFormValue("username") == user && r.PostFormValue("password") == c.config.Password
	case "refresh_token":
		refresh = r.PostFormValue("refresh_token")
		granted = c.takeRefresh(refresh)
	case "authorization_code":
		granted = client == "ssh-proxy" && c.takeCode(r.PostFormValue("code"))
	}
	if !granted {
		if refresh != "" {
			reply(w, 401, object{"error": "invalid_token", "error_description": "The token expired, was revoked, or the token ID is incorrect: " + refresh})
			return
		}
		reply(w, 401, object{"error": "unauthorized", "error_description": "Bad credentials"})
		return
	}
	reply(w, 200, object{
		"access_token": c.newToken(), "refresh_token": c.newRefresh(refresh), "token_type": "bearer", "expires_in": c.config.TokenLife,
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
		"iat":   time.Now().Unix(), "exp": time.Now().Unix() + int64(c.config.TokenLife),
	}) + "." + c.currentSecret()
}

func (c *Cloud) currentSecret() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.secret
}

func (c *Cloud) authentic(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[2] != c.currentSecret() {
		return false
	}
	var claims struct{ Exp int64 }
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return json.Unmarshal(text, &claims) == nil && time.Now().Unix() < claims.Exp
}

// newRefresh is the refresh token that goes with a new access token: the one that was shown, as UAA does it unless
// jwt.token.refresh.rotate is true; then it is a new one, and the old one is of no use any more.
func (c *Cloud) newRefresh(shown string) string {
	if shown != "" && !c.config.Rotate {
		return shown
	}
	token := newSecret() + "-r"
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refresh[token] = true
	return token
}

func (c *Cloud) takeRefresh(token string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.refresh[token]
	if c.config.Rotate {
		delete(c.refresh, token)
	}
	return known
}

// expireLogins makes everybody log in again. With c.mu held.
func (c *Cloud) expireLogins() {
	c.secret = newSecret()
	clear(c.refresh)
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
