// Rebuild a tiled log from its entry bundles with Go's own transparency log library, and compare.
//
// Usage: independent-verifier <directory of the log> <verifier key>
//
// Only the functions of golang.org/x/mod/sumdb/tlog that compute hashes are used. Its TileHashReader is not: before
// x/mod 0.40.0 it accepts a forged entry together with a matching tile of level 0 (CVE-2026-56865).
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type memory []tlog.Hash

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(*m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = (*m)[index]
	}
	return found, nil
}

func must(err error, what string) {
	if err != nil {
		fmt.Printf("FAIL %s: %v\n", what, err)
		os.Exit(1)
	}
}

func check(good bool, what string) {
	if !good {
		must(fmt.Errorf("differs"), what)
	}
}

// read returns the file of a tile; Go writes the height into the path, the static formats of C2SP do not.
func read(root string, tile tlog.Tile) []byte {
	name := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	name = strings.Replace(name, "tile/8/", "tile/", 1)
	data, err := os.ReadFile(filepath.Join(root, name))
	must(err, name)
	return data
}

func checkpoint(root, key string) (int64, tlog.Hash) {
	signed, err := os.ReadFile(filepath.Join(root, "checkpoint"))
	must(err, "checkpoint")
	verifier, err := note.NewVerifier(key)
	must(err, "verifier key")
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must(err, "checkpoint signature")
	lines := strings.Split(opened.Text, "\n")
	check(len(lines) == 4 && lines[0] == verifier.Name(), "checkpoint text")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "checkpoint size")
	hash, err := tlog.ParseHash(lines[2])
	must(err, "checkpoint root")
	return size, hash
}

func main() {
	root := os.Args[1]
	size, want := checkpoint(root, os.Args[2])
	stored := &memory{}
	for index := int64(0); index < size; {
		tile := tlog.Tile{H: 8, L: -1, N: index >> 8, W: 256}
		if size-index < 256 {
			tile.W = int(size - index)
		}
		bundle := read(root, tile)
		for slot := 0; slot < tile.W; slot++ {
			check(len(bundle) >= 2, tile.Path()+" length")
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			check(len(bundle) >= end, tile.Path()+" entry")
			hashes, err := tlog.StoredHashes(index, bundle[2:end], stored)
			must(err, tile.Path())
			*stored = append(*stored, hashes...)
			bundle, index = bundle[end:], index+1
		}
		check(len(bundle) == 0, tile.Path()+" end")
	}
	have, err := tlog.TreeHash(size, stored)
	must(err, "root")
	check(have == want, "root")
	count := 0
	for _, tile := range tlog.NewTiles(8, 0, size) {
		// Go lists the partial tiles of every smaller size, too; a log keeps those of this size.
		if tile.W < 256 && int64(tile.W) != size>>(8*uint(tile.L))&255 {
			continue
		}
		data, err := tlog.ReadTileData(tile, stored)
		must(err, tile.Path())
		check(bytes.Equal(data, read(root, tile)), tile.Path())
		count++
	}
	fmt.Printf("OK %d entries, %d tiles\n", size, count)
}
