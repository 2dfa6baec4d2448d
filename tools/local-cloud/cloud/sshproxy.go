package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Where the real ssh-proxy listens and asks, in the network of the containers; nobody else is there.
const (
	sshProxyAddress = "127.0.0.1:2222"
	internalAPI     = "127.0.0.1:9024"
)

// startSSHProxy runs the real ssh-proxy, configured as in a deployment, and waits until it listens.
func (c *Cloud) startSSHProxy() error {
	certs := filepath.Join(c.dir, "certs")
	if err := c.ca.issue(certs, "ssh-proxy", "ssh-proxy"); err != nil {
		return err
	}
	file := func(name string) string { return filepath.Join(certs, name) }
	api := "https://" + internalAPI
	config, _ := json.Marshal(object{
		"address": sshProxyAddress, "disable_health_check_server": true, "host_key": c.keys.proxy,
		"bbs_address": "https://" + bbsAddress, "bbs_ca_cert": file("ca.crt"),
		"bbs_client_cert": file("ssh-proxy.crt"), "bbs_client_key": file("ssh-proxy.key"),
		"cc_api_url": api, "cc_api_ca_cert": file("ca.crt"),
		"uaa_token_url": api + "/uaa/oauth/token", "uaa_ca_cert": file("ca.crt"),
		"uaa_username": "ssh-proxy", "uaa_password": "ssh-proxy-secret", "enable_cf_auth": true,
		"communication_timeout": "10s", "idle_connection_timeout": "5m0s", "connect_to_instance_address": true,
		"backends_tls_enabled": true, "backends_tls_ca_certificates": file("ca.crt"), "log_level": "info",
		"loggregator": object{"loggregator_use_v2_api": false},
	})
	path := filepath.Join(c.dir, "ssh-proxy.json")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		return err
	}
	output, err := os.Create(filepath.Join(c.dir, "log", "ssh-proxy"))
	if err != nil {
		return err
	}
	go c.keepSSHProxy(path, output)
	for range 100 {
		if answers("127.0.0.1", 2222) {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("ssh-proxy does not listen: see %s", output.Name())
}

// keepSSHProxy starts it, and again whenever it has ended, as monit does. It ends with this process.
func (c *Cloud) keepSSHProxy(config string, output *os.File) {
	runtime.LockOSThread() // whose end would be its end
	for {
		c.trouble.runSSHProxy(c.config.SSHProxy, config, output)
		time.Sleep(time.Second)
	}
}
