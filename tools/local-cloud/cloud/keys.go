package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
)

// sshKeys are those that Cloud Controller makes (for each app; here one pair for all) and ssh-proxy's.
type sshKeys struct {
	proxy, proxyFingerprint   string // ssh-proxy's host key
	daemon, daemonFingerprint string // host key of the diego-sshd in every container
	user, authorized          string // ssh-proxy's way in
}

func newSSHKeys() (k sshKeys, err error) {
	make := func() (private string, wire []byte) {
		key, e := rsa.GenerateKey(rand.Reader, 2048)
		if e != nil {
			err = e
			return
		}
		der := x509.MarshalPKCS1PrivateKey(key)
		private = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der}))
		return private, publicWire(&key.PublicKey)
	}
	var wire []byte
	k.proxy, wire = make()
	sum := sha256.Sum256(wire)
	k.proxyFingerprint = base64.RawStdEncoding.EncodeToString(sum[:])
	k.daemon, wire = make()
	k.daemonFingerprint = strings.ReplaceAll(fmt.Sprintf("% x", sha1.Sum(wire)), " ", ":") // Cloud Controller's form
	k.user, wire = make()
	k.authorized = "ssh-rsa " + base64.StdEncoding.EncodeToString(wire)
	return k, err
}

// publicWire is RFC 4253's form of a public key, section 6.6.
func publicWire(key *rsa.PublicKey) (wire []byte) {
	for _, part := range [][]byte{[]byte("ssh-rsa"), mpint(big.NewInt(int64(key.E))), mpint(key.N)} {
		wire = append(binary.BigEndian.AppendUint32(wire, uint32(len(part))), part...)
	}
	return wire
}

// mpint is RFC 4251's: big endian, with a leading zero where the first bit would mean a sign.
func mpint(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) > 0 && b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return b
}
