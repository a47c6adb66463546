package bustest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hyt/msgs/bus"
)

var closeCases = []testCase{
	{"CloseWaitsForHandler", "Close of a reader returns after the running handler, and no handler runs after it", closeWaitsForHandler},
	{"MatchedFallsWhenPeersGo", "Matched counts those who are there now", matchedFallsWhenPeersGo},
	{"MethodsAfterCloseSaySo", "every method after Close returns ErrClosed", methodsAfterCloseSaySo},
	{"ClosingADriverEndsEverything", "Close of a driver ends writes, handlers and calls that are under way, on its side", closingADriverEndsEverything},
	{"NodesCloseAlone", "Close of a node leaves the driver's other nodes alone", nodesCloseAlone},
	{"ClosesWhileAHandlerServes", "Close of a server waits for its handler", closesWhileAHandlerServes},
	{"ClientsCloseWhileTheyWait", "Close of a client ends its calls", clientsCloseWhileTheyWait},
	{"DriversCloseBeforeTheirParts", "after Close of a driver its nodes and endpoints say that they are closed", driversCloseBeforeTheirParts},
	{"HandlersMayCloseOthers", "a handler may close any endpoint but its own", handlersMayCloseOthers},
	{"ClosesWhileClosing", "many goroutines may close at once", closesWhileClosing},
}

func closeWaitsForHandler(t *testing.T, p pair) {
	entered, proceed := make(chan struct{}, 100), make(chan struct{})
	var running, after atomic.Bool
	var late atomic.Int32
	r := subscribe(t, p.b, "/x", bus.QoS{Depth: 10}, func(bus.Sample) {
		if after.Load() {
			late.Add(1)
		}
		running.Store(true)
		entered <- struct{}{}
		<-proceed
		running.Store(false)
	})
	w := advertise(t, p.a, "/x", bus.QoS{Depth: 10})
	linked(t, w, r)
	for i := range 5 {
		write(t, w, message(i, 0))
	}
	<-entered
	closed := make(chan struct{})
	go func() { r.Close(); close(closed) }()
	select {
	case <-closed:
		t.Error("Close returned while the handler was running")
	default:
	}
	close(proceed)
	within(t, "Close", func() { <-closed })
	after.Store(true)
	if running.Load() {
		t.Error("Close returned while the handler was running")
	}
	write(t, w, message(9, 0))
	matched(t, w, 0)
	if n := late.Load(); n != 0 {
		t.Errorf("%d handlers ran after Close", n)
	}
}

func matchedFallsWhenPeersGo(t *testing.T, p pair) {
	w := advertise(t, p.a, "/x", bus.Default())
	r := subscribe(t, p.b, "/x", bus.Default(), func(bus.Sample) {})
	matched(t, w, 1)
	matched(t, r, 1)
	w.Close()
	matched(t, r, 0)
	w = advertise(t, p.a, "/x", bus.Default())
	matched(t, r, 1)
	matched(t, w, 1)
	p.driverB.Close()
	matched(t, w, 0)
}

func methodsAfterCloseSaySo(t *testing.T, p pair) {
	w := advertise(t, p.a, "/x", bus.Default())
	r := subscribe(t, p.a, "/x", bus.Default(), func(bus.Sample) {})
	s, err := p.a.Serve("/s", "std_srvs/srv/Empty", func(q []byte) ([]byte, error) { return q, nil })
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.a.Client("/s", "std_srvs/srv/Empty")
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, bus.ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, e := range []interface{ Close() error }{w, r, s, c} {
		if err := e.Close(); err != nil {
			t.Errorf("close %T: %v", e, err)
		}
		check("second Close", e.Close())
	}
	check("Write", w.Write(message(1, 0), nil))
	check("WaitForService", c.WaitForService(t.Context()))
	_, err = c.Call(t.Context(), message(1, 0))
	check("Call", err)
	if w.Matched() != 0 || r.Matched() != 0 {
		t.Error("closed endpoints are matched")
	}
	if err := p.a.Close(); err != nil {
		t.Error(err)
	}
	check("Node.Close", p.a.Close())
	_, err = p.a.Advertise("/x", stringType, bus.Default())
	check("Advertise", err)
	_, err = p.a.Subscribe("/x", stringType, bus.Default(), func(bus.Sample) {})
	check("Subscribe", err)
	_, err = p.a.Serve("/s", "std_srvs/srv/Empty", nil)
	check("Serve", err)
	_, err = p.a.Client("/s", "std_srvs/srv/Empty")
	check("Client", err)
	if err := p.driverA.Close(); err != nil {
		t.Error(err)
	}
	check("Driver.Close", p.driverA.Close())
	_, err = p.driverA.OpenNode("again", "/")
	check("OpenNode", err)
}

func closingADriverEndsEverything(t *testing.T, p pair) {
	var work sync.WaitGroup
	subscribe(t, p.b, "/x", bus.Default(), func(bus.Sample) {})
	w := advertise(t, p.a, "/x", bus.Default())
	matched(t, w, 1)
	work.Go(func() {
		for i := 0; ; i++ {
			if err := w.Write(message(i, 100), nil); err != nil {
				if !errors.Is(err, bus.ErrClosed) {
					t.Errorf("Write: %v", err)
				}
				return
			}
		}
	})
	subscribe(t, p.a, "/x", bus.Default(), func(bus.Sample) {})
	c, err := p.a.Client("/nobody", "std_srvs/srv/Empty")
	if err != nil {
		t.Fatal(err)
	}
	mute := make(chan struct{})
	defer close(mute)
	asked := make(chan struct{}, 1)
	if _, err := p.b.Serve("/mute", "std_srvs/srv/Empty", func([]byte) ([]byte, error) {
		asked <- struct{}{}
		<-mute
		return nil, errors.New("mute")
	}); err != nil {
		t.Fatal(err)
	}
	waiting, err := p.a.Client("/mute", "std_srvs/srv/Empty")
	if err != nil {
		t.Fatal(err)
	}
	for _, client := range []bus.Client{c, waiting} {
		work.Go(func() {
			if _, err := client.Call(context.Background(), message(1, 0)); !errors.Is(err, bus.ErrClosed) {
				t.Errorf("Call: %v", err)
			}
		})
	}
	<-asked
	within(t, "Close", func() {
		if err := p.driverA.Close(); err != nil {
			t.Error(err)
		}
	})
	within(t, "what was under way", work.Wait)
}

func nodesCloseAlone(t *testing.T, p pair) {
	other := node(t, p.driverA, "other", "/")
	var got inbox
	r := subscribe(t, p.b, "/x", bus.Default(), got.put)
	w := advertise(t, other, "/x", bus.Default())
	linked(t, w, r)
	if err := p.a.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, w, message(1, 0))
	got.wait(t, 1)
}

func closesWhileClosing(t *testing.T, p pair) {
	w := advertise(t, p.a, "/x", bus.Default())
	r := subscribe(t, p.a, "/x", bus.Default(), func(bus.Sample) {})
	var closers sync.WaitGroup
	for range 4 {
		for _, e := range []interface{ Close() error }{w, r, p.a, p.driverA} {
			closers.Go(func() {
				if err := e.Close(); err != nil && !errors.Is(err, bus.ErrClosed) {
					t.Errorf("close %T: %v", e, err)
				}
			})
		}
	}
	within(t, "closing", closers.Wait)
}

func closesWhileAHandlerServes(t *testing.T, p pair) {
	entered, proceed := make(chan struct{}, 1), make(chan struct{})
	s := serve(t, p.b, func(q []byte) ([]byte, error) {
		entered <- struct{}{}
		<-proceed
		return q, nil
	})
	c := client(t, p.a)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	called := make(chan error, 1)
	go func() {
		_, err := c.Call(ctx, message(1, 0))
		called <- err
	}()
	within(t, "the request", func() { <-entered })
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	select {
	case <-closed:
		t.Error("Close returned while the handler was running")
	case <-time.After(quiet):
	}
	close(proceed)
	within(t, "Close", func() { <-closed })
	cancel() // its answer may have gone out or not
	within(t, "the call", func() { <-called })
}

func clientsCloseWhileTheyWait(t *testing.T, p pair) {
	c := client(t, p.a) // nobody serves
	var work sync.WaitGroup
	work.Go(func() {
		if _, err := c.Call(context.Background(), message(1, 0)); !errors.Is(err, bus.ErrClosed) {
			t.Errorf("Call: %v", err)
		}
	})
	work.Go(func() {
		if err := c.WaitForService(context.Background()); !errors.Is(err, bus.ErrClosed) {
			t.Errorf("WaitForService: %v", err)
		}
	})
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	within(t, "what was under way", work.Wait)
}

func driversCloseBeforeTheirParts(t *testing.T, p pair) {
	w := advertise(t, p.a, "/x", bus.Default())
	r := subscribe(t, p.a, "/x", bus.Default(), func(bus.Sample) {})
	s := serve(t, p.a, echo)
	c := client(t, p.a)
	if err := p.driverA.Close(); err != nil {
		t.Fatal(err)
	}
	for _, part := range []interface{ Close() error }{p.a, w, r, s, c} {
		if err := part.Close(); !errors.Is(err, bus.ErrClosed) {
			t.Errorf("%T: %v", part, err)
		}
	}
	if err := w.Write(message(1, 0), nil); !errors.Is(err, bus.ErrClosed) {
		t.Errorf("Write: %v", err)
	}
}

func handlersMayCloseOthers(t *testing.T, p pair) {
	w, other := advertise(t, p.a, "/x", bus.Default()), advertise(t, p.b, "/y", bus.Default())
	done := make(chan error, 1)
	r := subscribe(t, p.b, "/x", bus.Default(), func(bus.Sample) { done <- other.Close() })
	linked(t, w, r)
	write(t, w, message(1, 0))
	within(t, "the handler", func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
