// fetch-archive gets an archive as a Diego cell does, with the cell's own code: it asks the URL with
// what it has cached (If-None-Match), extracts what is new, extended attributes too, keeps the result in
// the cache with its index saved_cache.json, and prints the extracted directory.
//
//	fetch-archive URL CACHE-DIRECTORY [DESTINATION]
//
// DESTINATION, if named, gets a copy of the directory with its attributes (cp -a). As on the cell, the
// URL is the cache key, an index from an earlier run is used, and without an index whatever the cache holds
// is dropped. A capability is set only by a process with CAP_SETFCAP; without it the file stays plain,
// and that is no error. On standard error: the downloader's log, as JSON lines.
package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"time"

	"code.cloudfoundry.org/cacheddownloader"
	"code.cloudfoundry.org/lager/v3"
)

const (
	cacheBytes     = 10 << 30
	requestTimeout = 10 * time.Minute
)

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		fmt.Fprintln(os.Stderr, "usage: fetch-archive URL CACHE-DIRECTORY [DESTINATION]")
		os.Exit(2)
	}
	directory, err := fetch(os.Args[1], os.Args[2])
	if err == nil && len(os.Args) == 4 {
		err = exec.Command("cp", "-a", directory, os.Args[3]).Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch-archive:", err)
		os.Exit(1)
	}
	fmt.Println(directory)
}

func fetch(address, cacheDirectory string) (string, error) {
	from, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	logger := lager.NewLogger("fetch-archive")
	logger.RegisterSink(lager.NewWriterSink(os.Stderr, lager.INFO))

	cache := cacheddownloader.NewCache(cacheDirectory, cacheBytes)
	downloader, err := cacheddownloader.New(
		cacheddownloader.NewDownloader(requestTimeout, 1, nil), cache, cacheddownloader.TarTransform)
	if err != nil {
		return "", err
	}
	if err := downloader.RecoverState(logger); err != nil {
		return "", err
	}
	directory, _, err := downloader.FetchAsDirectory(
		logger, from, address, cacheddownloader.ChecksumInfoType{}, make(chan struct{}))
	if err != nil {
		return "", err
	}
	return directory, downloader.SaveState(logger)
}
