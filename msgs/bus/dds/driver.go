//go:build cgo && !nodds

package dds

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"unsafe"

	"hyt/msgs/bus"
)

// driver is one participant in a Cyclone domain of its own.
type driver struct {
	domain      C.dds_entity_t
	participant C.dds_entity_t
	id          guid // of the participant
	release     release

	matchWake *wakeup       // written by listeners when an endpoint's matches change
	matches   broadcast     // the same, for goroutines
	watching  chan struct{} // closed when the goroutine between the two has ended
	graph     *graph

	mu       sync.Mutex // guards what follows
	nodes    map[*node]struct{}
	services uint32 // services and clients made so far; part of their ids
	closed   bool
}

// Open joins a domain. Errors say what the user can do.
func Open(o Options) (bus.Driver, error) {
	id, err := o.domainID(os.Getenv)
	if err != nil {
		return nil, err
	}
	release, err := o.release(os.Getenv)
	if err != nil {
		return nil, err
	}
	reach, err := o.reach(release, os.Getenv)
	if err != nil {
		return nil, err
	}
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	domain, number, err := newDomain(id, o.config(id, reach, os.Getenv))
	if err != nil {
		return nil, err
	}
	d := &driver{domain: domain, release: release, nodes: map[*node]struct{}{}, watching: make(chan struct{})}
	if err := d.join(number); err != nil {
		C.dds_delete(domain)
		return nil, err
	}
	return d, nil
}

// newDomain makes a Cyclone domain that appears as id on the network. Within the
// process its number must be new: the first free of id, id+1000, …
func newDomain(id int, config string) (domain C.dds_entity_t, number C.dds_domainid_t, err error) {
	text := C.CString(config)
	defer C.free(unsafe.Pointer(text))
	const whySize = 1024
	why := (*C.char)(C.malloc(whySize))
	defer C.free(unsafe.Pointer(why))
	for number = C.dds_domainid_t(id); ; number += 1000 {
		domain = C.hyt_domain(number, text, why, whySize)
		switch {
		case domain >= 0:
			if logged := C.GoString(why); logged != "" {
				fmt.Fprintln(os.Stderr, complaint(logged))
			}
			return domain, number, nil
		case domain != C.DDS_RETCODE_PRECONDITION_NOT_MET:
			return 0, 0, explain(id, C.GoString(why))
		}
	}
}

// join makes the participant and what watches matches and graph. After an error
// the caller deletes the domain, which takes all entities along.
func (d *driver) join(number C.dds_domainid_t) (err error) {
	// Nothing but user data: a participant's liveliness is its lease.
	q := C.dds_create_qos()
	defer C.dds_delete_qos(q)
	setUserData(q, "enclave=/;") // as every ROS 2 participant without security
	d.participant = C.dds_create_participant(number, q, nil)
	if err := statusError(d.participant, "make a participant"); err != nil {
		return err
	}
	if d.id, err = entityID(d.participant); err != nil {
		return err
	}
	if d.graph, err = newGraph(d); err != nil {
		return err
	}
	if d.matchWake, err = newWakeup(); err != nil {
		d.graph.close()
		return err
	}
	go d.watch()
	return nil
}

// watch passes changes of matches on. It ends with matchWake.stop.
func (d *driver) watch() {
	defer close(d.watching)
	for d.matchWake.wait() {
		d.matches.send()
	}
}

func (d *driver) Name() string { return "dds" }

func (d *driver) OpenNode(name, namespace string) (bus.Node, error) {
	if err := bus.CheckNode(name, namespace); err != nil {
		return nil, err
	}
	n := &node{name: name, namespace: namespace, driver: d, endpoints: map[io.Closer][]graphEntry{}}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, bus.ErrClosed
	}
	d.nodes[n] = struct{}{}
	d.graph.announce(d.nodes)
	return n, nil
}

func (d *driver) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return bus.ErrClosed
	}
	d.closed = true
	nodes := make([]*node, 0, len(d.nodes))
	for n := range d.nodes {
		nodes = append(nodes, n)
	}
	d.mu.Unlock()
	err := closeAll(nodes)
	d.graph.close()
	err = errors.Join(err,
		statusError(C.dds_delete(d.participant), "leave"),
		statusError(C.dds_delete(d.domain), "close the domain"))
	d.matchWake.stop() // no listener is left that could write to it
	<-d.watching
	d.matchWake.close()
	return err
}

// closeAll closes everything at once, and forgives what was closed in the
// meantime. At once, because a writer whose reader does not answer lingers for up
// to a second.
func closeAll[C io.Closer](closers []C) error {
	errs := make([]error, len(closers))
	var all sync.WaitGroup
	for i, c := range closers {
		all.Go(func() {
			if err := c.Close(); !errors.Is(err, bus.ErrClosed) {
				errs[i] = err
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
