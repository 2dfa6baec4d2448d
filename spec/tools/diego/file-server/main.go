// file-server stands in for Diego's file server, which cannot be had as a Go module. It keeps to what the
// real one shows its clients: GET and HEAD below /v1/static/ of a directory's files (no listings), an
// ETag that is the sha256 of the content at a path's first request, remembered per path for the life of
// the process whatever happens to the file, conditional and range requests. It reads the same two keys of
// the same configuration file. It does not show: TLS, metrics, logs, the debug server.
//
//	file-server -config FILE      {"server_address": "127.0.0.1:8080", "static_directory": "/..."}
package main

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path"
	"sync"
)

type config struct {
	ServerAddress   string `json:"server_address"`
	StaticDirectory string `json:"static_directory"`
}

type files struct {
	root  http.Dir
	etags sync.Map // path -> ETag
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("file-server: ")
	file := flag.String("config", "", "the configuration file")
	flag.Parse()

	var c config
	text, err := os.ReadFile(*file)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		log.Fatal(err)
	}
	if c.StaticDirectory == "" {
		log.Fatal("static_directory is missing")
	}
	const prefix = "/v1/static/"
	http.Handle("GET "+prefix, http.StripPrefix(prefix, &files{root: http.Dir(c.StaticDirectory)}))
	log.Fatal(http.ListenAndServe(c.ServerAddress, nil))
}

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Clean("/" + r.URL.Path)
	file, err := f.root.Open(name)
	if err != nil {
		http.Error(w, "File not found: "+path.Base(name), http.StatusNotFound)
		return
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		http.Error(w, "Not a file: "+path.Base(name), http.StatusUnauthorized)
		return
	}
	etag, known := f.etags.Load(name)
	if !known {
		hash := sha256.New()
		if _, err := io.Copy(hash, file); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		etag, _ = f.etags.LoadOrStore(name, fmt.Sprintf(`"%x"`, hash.Sum(nil)))
	}
	w.Header().Set("ETag", etag.(string))
	http.ServeContent(w, r, info.Name(), info.ModTime(), file)
}
