//go:build ros2 && cgo

package rcl_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/msgs"
	"hyt/msgs/bus"
	"hyt/msgs/rcl_interfaces"
	"hyt/msgs/std_srvs"
)

// patience is how long a case waits for what must come.
const patience = 20 * time.Second

// twoNodes are on two contexts, as in two processes.
func twoNodes(t testing.TB) (server, client bus.Node) {
	t.Helper()
	domain := testDomain(t)
	nodes := make([]bus.Node, 2)
	for i, name := range []string{"server", "client"} {
		d := open(t, domain)
		t.Cleanup(func() { d.Close() })
		n, err := d.OpenNode(name, "/")
		if err != nil {
			t.Fatal(err)
		}
		nodes[i] = n
	}
	return nodes[0], nodes[1]
}

func newClient[Q msgs.Message](t *testing.T, n bus.Node, service string) bus.Client {
	t.Helper()
	c, err := bus.NewClient[Q](n, service)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestServicesCarryEveryFieldOfTheirType(t *testing.T) {
	server, client := twoNodes(t)
	sent := &rcl_interfaces.SetParametersRequest{Parameters: []rcl_interfaces.Parameter{
		{Name: "rate", Value: rcl_interfaces.ParameterValue{Type: 3, DoubleValue: 12.5}},
		{Name: "größe", Value: rcl_interfaces.ParameterValue{Type: 9, StringArrayValue: []string{"", "a", strings.Repeat("b", 1<<20)}}},
		{Name: "raw", Value: rcl_interfaces.ParameterValue{Type: 5, ByteArrayValue: []byte{0, 255, 3}}},
	}}
	answered := &rcl_interfaces.SetParametersResponse{Results: []rcl_interfaces.SetParametersResult{
		{Successful: true}, {Reason: "too large"}, {Successful: true, Reason: "ok"}}}
	var got *rcl_interfaces.SetParametersRequest
	_, err := bus.Serve(server, "/set", func(q *rcl_interfaces.SetParametersRequest, r *rcl_interfaces.SetParametersResponse) error {
		got = &rcl_interfaces.SetParametersRequest{}
		*r = *answered
		return msgs.Unmarshal(msgs.Marshal(q), got) // its byte sequences are ours only until we return
	}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var response rcl_interfaces.SetParametersResponse
	if err := bus.Call(ctx, newClient[*rcl_interfaces.SetParametersRequest](t, client, "/set"), sent, &response); err != nil {
		t.Fatal(err)
	}
	same := func(a, b msgs.Message) bool { return string(msgs.Marshal(a)) == string(msgs.Marshal(b)) }
	if !same(got, sent) || !same(&response, answered) {
		t.Errorf("the response differs:\n%s\nor the request, of %d parameters", cmp.Diff(answered, &response), len(got.Parameters))
	}
}

func TestARequestOfAnotherTypeIsRefusedAtTheClient(t *testing.T) {
	server, client := twoNodes(t)
	reached := false
	_, err := server.Serve("/set", "rcl_interfaces/srv/SetParameters", func([]byte) ([]byte, error) { reached = true; return nil, errors.New("no") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := newClient[*rcl_interfaces.SetParametersRequest](t, client, "/set")
	_, err = c.Call(ctx, []byte{0, 1, 0, 0, 255, 255, 255, 255}) // 4 G parameters
	if err == nil || !strings.Contains(err.Error(), "8 bytes are no rcl_interfaces/srv/SetParameters_Request") {
		t.Error(err)
	}
	if reached {
		t.Error("the server saw it")
	}
}

func TestAResponseOfAnotherTypeIsNotSent(t *testing.T) {
	server, client := twoNodes(t)
	good := msgs.Marshal(&std_srvs.TriggerResponse{Success: true, Message: "second"})
	calls := 0
	_, err := server.Serve("/trigger", "std_srvs/srv/Trigger", func([]byte) ([]byte, error) {
		if calls++; calls == 1 {
			return []byte{0, 1, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9}, nil // a string beyond the end
		}
		return good, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient[*std_srvs.TriggerRequest](t, client, "/trigger")
	if err := c.WaitForService(t.Context()); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	request := msgs.Marshal(&std_srvs.TriggerRequest{})
	if answer, err := c.Call(short, request); err == nil && string(answer) != string(good) {
		t.Errorf("garbage was answered: % x", answer)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answer, err := c.Call(ctx, request)
	if err != nil || string(answer[:len(good)]) != string(good) {
		t.Errorf("the server did not go on: % x, %v", answer, err)
	}
}

func TestManyCallersGetTheirOwnAnswers(t *testing.T) {
	server, client := twoNodes(t)
	_, err := bus.Serve(server, "/trigger", func(q *std_srvs.SetBoolRequest, r *std_srvs.SetBoolResponse) error {
		r.Success, r.Message = q.Data, fmt.Sprint(q.Data)
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var callers sync.WaitGroup
	for k := range 3 {
		c := newClient[*std_srvs.SetBoolRequest](t, client, "/trigger")
		for g := range 8 {
			callers.Go(func() {
				for i := range 25 {
					want := (k+g+i)%2 == 0
					var response std_srvs.SetBoolResponse
					err := bus.Call(ctx, c, &std_srvs.SetBoolRequest{Data: want}, &response)
					if err != nil || response.Success != want || response.Message != fmt.Sprint(want) {
						t.Errorf("asked %v, got %+v, %v", want, response, err)
						return
					}
				}
			})
		}
	}
	callers.Wait()
}

func TestPartsOfActionsAreTypesToo(t *testing.T) {
	n, _ := twoNodes(t)
	if _, err := n.Advertise("/x/_action/feedback", "tf2_msgs/action/LookupTransform_FeedbackMessage", bus.Default()); err != nil {
		t.Error(err)
	}
	if _, err := n.Serve("/x/_action/send_goal", "tf2_msgs/action/LookupTransform_SendGoal", nil); err != nil {
		t.Error(err)
	}
}

func TestTypesThatAreNotBuiltSayWhatToDo(t *testing.T) {
	n, _ := twoNodes(t)
	_, topic := n.Advertise("/x", "nowhere_msgs/msg/Thing", bus.Default())
	_, service := n.Client("/x", "nowhere_msgs/srv/Thing")
	_, missing := n.Advertise("/x", "std_msgs/msg/Thing", bus.Default())
	_, unknown := n.Serve("/x", "std_srvs/srv/Thing", nil)
	for want, err := range map[string]error{
		"topic /x: rcl: type nowhere_msgs/msg/Thing is not there: build package nowhere_msgs with colcon":   topic,
		"service /x: rcl: type nowhere_msgs/srv/Thing is not there: build package nowhere_msgs with colcon": service,
		"service /x: rcl: type std_srvs/srv/Thing is not there":                                             unknown,
		"topic /x: rcl: type std_msgs/msg/Thing is not there":                                               missing,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v\nwant %s…", err, want)
		}
	}
}
