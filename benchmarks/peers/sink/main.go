// SPDX-License-Identifier: MIT
// The backend of the export benchmark: takes OTLP spans on loopback as HTTP/protobuf, HTTP/JSON and gRPC, and counts. Says its
// port in its first line; for each line it then reads: requests, bytes that came in over its sockets, and whole spans since.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
)

var requests, received, spans atomic.Int64

// Every byte from a client: requests with their headers and frames.
type listener struct{ net.Listener }
type connection struct{ net.Conn }

func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	return connection{accepted}, err
}

func (c connection) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	received.Add(int64(n))
	return n, err
}

// Calls visit for each length-delimited field of a message; false where it is not one.
func walk(message []byte, visit func(field uint64, content []byte)) bool {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return false
		}
		message = message[n:]
		var size uint64
		switch tag & 7 {
		case 0:
			if _, n = binary.Uvarint(message); n <= 0 {
				return false
			}
			size = uint64(n)
		case 1:
			size = 8
		case 5:
			size = 4
		case 2:
			if size, n = binary.Uvarint(message); n <= 0 {
				return false
			}
			message = message[n:]
		default:
			return false
		}
		if size > uint64(len(message)) {
			return false
		}
		if tag&7 == 2 {
			visit(tag>>3, message[:size])
		}
		message = message[size:]
	}
	return true
}

// How many spans have all that the work gives them: name, ids, parent, three attributes with their values.
func wholeSpans(request []byte) (whole int64) {
	ok := true
	ok = walk(request, func(_ uint64, resourceSpans []byte) {
		ok = walk(resourceSpans, func(field uint64, scopeSpans []byte) {
			if field != 2 {
				return
			}
			ok = walk(scopeSpans, func(field uint64, span []byte) {
				if field == 2 && isWhole(span) {
					whole++
				}
			}) && ok
		}) && ok
	}) && ok
	if !ok {
		return -1
	}
	return whole
}

func isWhole(span []byte) bool {
	ids, named, attributes, text := 0, false, 0, false
	readable := walk(span, func(field uint64, content []byte) {
		switch field {
		case 1, 2, 4:
			ids += len(content)
		case 5:
			named = string(content) == "home-activities"
		case 9:
			attributes++
			text = text || bytes.HasSuffix(content, []byte("sixteen chars ok"))
		}
	})
	return readable && ids == 16+8+8 && named && attributes == 3 && text
}

func wholeSpansInJSON(request []byte) int64 {
	fewest := int64(1) << 62
	for _, each := range []string{`"parentSpanId"`, `"home-activities"`, `"app.count"`, `"app.cached"`, `"sixteen chars ok"`} {
		fewest = min(fewest, int64(bytes.Count(request, []byte(each))))
	}
	return fewest
}

func inflated(body []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

func export(reply http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	kind := request.Header.Get("Content-Type")
	grpc := strings.HasPrefix(kind, "application/grpc")
	if grpc {
		if len(body) < 5 || int(binary.BigEndian.Uint32(body[1:])) != len(body)-5 {
			http.Error(reply, "not one gRPC frame", http.StatusBadRequest)
			return
		}
		zipped := body[0] == 1
		body = body[5:]
		if zipped {
			body, err = inflated(body, err)
		}
	} else if request.Header.Get("Content-Encoding") == "gzip" {
		body, err = inflated(body, err)
	}
	whole := int64(-1)
	if err == nil && kind == "application/json" {
		whole = wholeSpansInJSON(body)
	} else if err == nil {
		whole = wholeSpans(body)
	}
	if whole < 0 {
		http.Error(reply, "unreadable", http.StatusBadRequest)
		return
	}
	requests.Add(1)
	spans.Add(whole)
	reply.Header().Set("Content-Type", kind)
	if grpc {
		reply.Write(make([]byte, 5)) // an empty message
		reply.(http.Flusher).Flush() // so that no length is sent, as gRPC servers send none: clients stop reading there
		reply.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
	} else if kind == "application/json" {
		reply.Write([]byte("{}"))
	}
}

func main() {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: http.HandlerFunc(export), Protocols: protocols}
	go server.Serve(listener{port})
	fmt.Println(port.Addr().(*net.TCPAddr).Port)
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		fmt.Println(requests.Swap(0), received.Swap(0), spans.Swap(0))
	}
}
