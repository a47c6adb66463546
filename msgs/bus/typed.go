package bus

import (
	"fmt"
	"sync"

	"hyt/msgs"
	"hyt/msgs/cdr"
)

// Pointer is a pointer to a message type: *std_msgs.String is a
// Pointer[std_msgs.String]. The compiler infers both from a handler.
type Pointer[M any] interface {
	*M
	msgs.Message
}

// Publisher sends messages of one type on one topic. T is a pointer to a
// generated type. Its methods may be called from any goroutine.
type Publisher[T msgs.Message] struct {
	writer Writer
	topic  string
	mu     sync.Mutex // guards enc
	enc    encoder
}

// NewPublisher advertises topic (fully qualified) with T's type name.
func NewPublisher[T msgs.Message](node Node, topic string, qos QoS) (*Publisher[T], error) {
	var none T // generated TypeName methods do not look at their receiver
	w, err := node.Advertise(topic, none.TypeName(), qos)
	if err != nil {
		return nil, err
	}
	return &Publisher[T]{writer: w, topic: topic}, nil
}

// Publish sends m and keeps nothing of it. Once its buffer has grown to the
// largest message it allocates nothing, and the bytes of an image are not copied
// on the Go side.
func (p *Publisher[T]) Publish(m T) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	head, tail, err := p.enc.split(m)
	if err == nil {
		err = p.writer.Write(head, tail)
	}
	if err != nil {
		return fmt.Errorf("publish on %s: %w", p.topic, err)
	}
	return nil
}

// Writer is what the publisher writes to: for Matched and QoS status.
func (p *Publisher[T]) Writer() Writer { return p.writer }

// Matched is how many readers are connected now.
func (p *Publisher[T]) Matched() int { return p.writer.Matched() }

// Close ends the publication.
func (p *Publisher[T]) Close() error { return p.writer.Close() }

// Subscribe calls handler for each message on topic (fully qualified), in order.
// Each message is new and the handler's to keep, but for its byte sequences
// (uint8[]): those are the sample's memory and valid until the handler returns.
// A sample that cannot be decoded goes to onError (nil: dropped) instead.
func Subscribe[M any, PM Pointer[M]](node Node, topic string, qos QoS, handler func(PM, Sample), onError func(error)) (Reader, error) {
	return node.Subscribe(topic, PM(nil).TypeName(), qos, func(s Sample) {
		m := PM(new(M))
		if err := msgs.Unmarshal(s.Data, m); err != nil {
			if onError != nil {
				onError(fmt.Errorf("topic %s: %w", topic, err))
			}
			return
		}
		handler(m, s)
	})
}

// encoder serialises one message after another into the same memory.
type encoder struct {
	buf []byte
	w   cdr.Writer
}

// split returns m as head and tail, both valid until the next call; tail is m's
// own memory.
func (e *encoder) split(m msgs.Message) (head, tail []byte, err error) {
	e.w = *cdr.NewWriter(e.buf[:0]) // copied, so that the Writer is not a new one each time
	if s, ok := m.(msgs.Splitter); ok {
		tail = s.SplitCDR(&e.w)
	} else {
		m.MarshalCDR(&e.w)
	}
	if err := e.w.Err(); err != nil {
		return nil, nil, &msgs.EncodeError{Type: m.TypeName(), Err: err}
	}
	e.buf = e.w.Bytes()
	return e.buf, tail, nil
}
