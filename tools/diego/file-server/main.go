// file-server stands in for Diego's file server, which cannot be had as a Go module. It keeps to what the
// real one shows its clients: GET alone (405 for other methods, HEAD too) below /v1/static/ of a directory's files
// (no listings), 400 for a path with "..", doubled slashes taken as one without a redirect, an ETag that is the sha256 of the content at a path's first request, remembered per path for the life of
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
	"slices"
	"strings"
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
	// No http.ServeMux: that redirects paths with "//" and "..".
	log.Fatal(http.ListenAndServe(c.ServerAddress, &files{root: http.Dir(c.StaticDirectory)}))
}

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const prefix = "/v1/static/"
	switch {
	case !strings.HasPrefix(r.URL.Path, prefix):
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	case slices.Contains(strings.Split(r.URL.Path, "/"), ".."):
		http.Error(w, "invalid URL path", http.StatusBadRequest)
		return
	}
	name := path.Clean("/" + strings.TrimPrefix(r.URL.Path, prefix))
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
