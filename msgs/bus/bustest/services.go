package bustest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hyt/msgs/bus"
)

var serviceCases = []testCase{
	{"AnswersCalls", "a request and its response arrive unchanged", answersCalls},
	{"KeepsConcurrentCallsApart", "concurrent calls of one client and of several each get their own answer", keepsConcurrentCallsApart},
	{"ServesOneAtATime", "a server's handler is never run twice at once", servesOneAtATime},
	{"ServesManyServices", "many services at once each answer their own calls", servesManyServices},
	{"SurvivesGarbageRequests", "requests of garbage leave the server and the client whole", survivesGarbageRequests},
	{"SurvivesServerErrors", "a handler's error leaves that call unanswered, and the server goes on", survivesServerErrors},
	{"CallsWaitForTheServer", "a call made before its server is there is answered once it comes", callsWaitForTheServer},
	{"CallsEndWithTheirContext", "without an answer a call ends with its context, and says which service", callsEndWithTheirContext},
	{"ServersCanBeReplaced", "a client finds the next server after the first has gone", serversCanBeReplaced},
}

const echoType = "std_srvs/srv/SetBool"

// serve answers on /echo.
func serve(t *testing.T, n bus.Node, handler func([]byte) ([]byte, error)) bus.Server {
	t.Helper()
	s, err := n.Serve("/echo", echoType, handler)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func client(t *testing.T, n bus.Node) bus.Client {
	t.Helper()
	c, err := n.Client("/echo", echoType)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func call(t *testing.T, c bus.Client, request []byte) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	response, err := c.Call(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func echo(request []byte) ([]byte, error) { return request, nil }

func answersCalls(t *testing.T, p pair) {
	var requests inbox
	serve(t, p.b, func(q []byte) ([]byte, error) {
		requests.put(bus.Sample{Data: q})
		return message(number(q)+1, 9), nil
	})
	c := client(t, p.a)
	if got := call(t, c, message(41, 5)); !same(got, message(42, 9)) {
		t.Errorf("response % x", got)
	}
	if got := requests.all()[0].Data; !same(got, message(41, 5)) {
		t.Errorf("request % x", got)
	}
	if got := call(t, c, message(1, 1<<20)); number(got) != 2 {
		t.Errorf("1 MB was answered by number %d", number(got))
	}
	near := client(t, p.b) // beside the server
	if got := call(t, near, message(10, 0)); number(got) != 11 {
		t.Errorf("near client got number %d", number(got))
	}
}

func keepsConcurrentCallsApart(t *testing.T, p pair) {
	serve(t, p.b, echo)
	var callers sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for k, c := range []bus.Client{client(t, p.a), client(t, p.a), client(t, p.b)} {
		for g := range 8 {
			callers.Go(func() {
				for i := range 25 {
					n := k*1000 + g*100 + i
					response, err := c.Call(ctx, message(n, i))
					if err != nil || !same(response, message(n, i)) {
						t.Errorf("call %d: number %d, %v", n, number(response), err)
						return
					}
				}
			})
		}
	}
	callers.Wait()
}

func servesOneAtATime(t *testing.T, p pair) {
	var busy sync.Mutex
	serve(t, p.b, func(q []byte) ([]byte, error) {
		if !busy.TryLock() {
			return nil, errors.New("run twice at once")
		}
		defer busy.Unlock()
		time.Sleep(time.Millisecond)
		return q, nil
	})
	c := client(t, p.a)
	var callers sync.WaitGroup
	for i := range 20 {
		callers.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if _, err := c.Call(ctx, message(i, 0)); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
}

func survivesServerErrors(t *testing.T, p pair) {
	serve(t, p.b, func(q []byte) ([]byte, error) {
		if number(q) == 13 {
			return nil, errors.New("unlucky")
		}
		return q, nil
	})
	c := client(t, p.a)
	call(t, c, message(1, 0))
	ctx, cancel := context.WithTimeout(t.Context(), quiet)
	defer cancel()
	if _, err := c.Call(ctx, message(13, 0)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the failed call: %v", err)
	}
	if got := call(t, c, message(2, 0)); number(got) != 2 {
		t.Errorf("the next call got number %d", number(got))
	}
}

func callsWaitForTheServer(t *testing.T, p pair) {
	c := client(t, p.a)
	done := make(chan []byte, 1)
	go func() {
		response, _ := c.Call(context.Background(), message(7, 0))
		done <- response
	}()
	serve(t, p.b, echo)
	within(t, "the call", func() {
		if got := <-done; number(got) != 7 {
			t.Errorf("got number %d", number(got))
		}
	})
}

func callsEndWithTheirContext(t *testing.T, p pair) {
	c := client(t, p.a)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	for what, err := range map[string]error{
		"WaitForService": c.WaitForService(ctx),
		"Call":           func() error { _, err := c.Call(ctx, message(1, 0)); return err }(),
	} {
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "/echo") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func serversCanBeReplaced(t *testing.T, p pair) {
	c := client(t, p.a)
	first := serve(t, p.b, echo)
	call(t, c, message(1, 0))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eventually(t, "the server to be gone", func() bool {
		ctx, cancel := context.WithTimeout(gone, time.Millisecond)
		defer cancel()
		return c.WaitForService(ctx) != nil
	})
	serve(t, p.b, func([]byte) ([]byte, error) { return message(99, 0), nil })
	if got := call(t, c, message(2, 0)); number(got) != 99 {
		t.Errorf("got number %d", number(got))
	}
}

// What a garbage request is worth is the middleware's business or the handler's: it
// may be answered, or not, but it must not hurt.
func survivesGarbageRequests(t *testing.T, p pair) {
	serve(t, p.b, echo)
	c := client(t, p.a)
	call(t, c, message(1, 0))
	garbage := [][]byte{
		{0, 1, 0, 0},
		{0, 1, 0, 0, 0xff},
		{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7}, // big endian
		{0, 1, 0, 3, 0xff, 0xff, 0xff, 0xff, 65},
		{0, 3, 0, 0, 1, 2, 3, 4}, // a parameter list
		append([]byte{0, 1, 0, 0}, bytes.Repeat([]byte{0xff}, 10_000)...),
	}
	for _, request := range garbage {
		ctx, cancel := context.WithTimeout(t.Context(), quiet)
		c.Call(ctx, request)
		cancel()
	}
	for _, request := range [][]byte{nil, {0, 1}, {0x7b, 0x22, 0x61, 0x22}} {
		if _, err := c.Call(t.Context(), request); err == nil {
			t.Errorf("% x, which is no CDR, was answered", request)
		}
	}
	if got := call(t, c, message(2, 0)); number(got) != 2 {
		t.Errorf("the next call got number %d", number(got))
	}
}

func servesManyServices(t *testing.T, p pair) {
	const services, calls = 8, 20
	var callers sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for i := range services {
		name := fmt.Sprintf("/many/s%d", i)
		server, err := p.b.Serve(name, echoType, func(q []byte) ([]byte, error) { return message(number(q)+i, 100), nil })
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		c, err := p.a.Client(name, echoType)
		if err != nil {
			t.Fatal(err)
		}
		callers.Go(func() {
			for k := range calls {
				if got, err := c.Call(ctx, message(k, 0)); err != nil || number(got) != k+i {
					t.Errorf("%s, call %d: number %d, %v", name, k, number(got), err)
					return
				}
			}
		})
	}
	callers.Wait()
}
