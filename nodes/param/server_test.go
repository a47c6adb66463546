package param

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"hyt/config"
	"hyt/msgs"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	rcl "hyt/msgs/rcl_interfaces"
	"hyt/nodes/lifecycle"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// component takes live parameters, unless it does not want to.
type component struct {
	config config.Policy
	tuned  []float64 // max_linear_speed, of each Tune
	refuse error
}

func (c *component) Config() config.Config                       { return &c.config }
func (c *component) Configure(*node.Node) (node.Instance, error) { return c, nil }
func (c *component) Close() error                                { return nil }

func (c *component) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (c *component) Tune(now config.Config) error {
	c.tuned = append(c.tuned, now.(*config.Policy).MaxLinearSpeed)
	return c.refuse
}

// rig is a node with parameters and somebody who asks for them over the bus.
type rig struct {
	t         *testing.T
	component *component
	machine   *lifecycle.Machine
	node      *node.Node
	user      *node.Node
	log       bytes.Buffer
	events    []*rcl.ParameterEvent
}

func start(t *testing.T, test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		r := &rig{t: t, component: &component{config: config.DefaultPolicy()}}
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/robot"}, Driver: driver, Console: &r.log})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		r.user, r.node = open("user"), open("policy")
		_, err := node.Subscribe(r.user, "/parameter_events", bus.QoS{Depth: 100}, func(m *rcl.ParameterEvent) { r.events = append(r.events, m) })
		if err != nil {
			t.Fatal(err)
		}
		if r.machine, err = lifecycle.New(r.node, r.component); err != nil {
			t.Fatal(err)
		}
		if _, err := Serve(r.node, r.machine, &r.component.config); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		test(r)
		if err := errors.Join(r.machine.Shutdown(), r.node.Close(), r.user.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

func (r *rig) call(service string, request, answer msgs.Message) {
	r.t.Helper()
	client, err := r.user.Bus().Client("/robot/policy/"+service, strings.TrimSuffix(request.TypeName(), "_Request"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer client.Close()
	if err := bus.Call(r.t.Context(), client, request, answer); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait() // the event has come
}

// set calls ~/set_parameters and returns the reasons; "" for a success.
func (r *rig) set(params ...rcl.Parameter) []string {
	r.t.Helper()
	var answer rcl.SetParametersResponse
	r.call("set_parameters", &rcl.SetParametersRequest{Parameters: params}, &answer)
	var out []string
	for _, a := range answer.Results {
		if a.Successful != (a.Reason == "") {
			r.t.Errorf("%+v", a)
		}
		out = append(out, a.Reason)
	}
	return out
}

func number(name string, v float64) rcl.Parameter {
	return rcl.Parameter{Name: name, Value: message(v)}
}

func TestParametersAreListedReadAndDescribed(t *testing.T) {
	start(t, func(r *rig) {
		var names rcl.ListParametersResponse
		r.call("list_parameters", &rcl.ListParametersRequest{}, &names)
		if len(names.Result.Names) != len(r.component.config.Params()) {
			t.Errorf("%d names", len(names.Result.Names))
		}
		asked := []string{"mode", "threads", "max_linear_speed", "use_sim_time", "workspace_min", "gripper_joints", "no_such"}
		var values rcl.GetParametersResponse
		r.call("get_parameters", &rcl.GetParametersRequest{Names: asked}, &values)
		want := []rcl.ParameterValue{
			{Type: 4, StringValue: "act"}, {Type: 2, IntegerValue: 1}, {Type: 3, DoubleValue: 0.35}, {Type: 1},
			{Type: 8, DoubleArrayValue: []float64{-0.28, -0.28, 0}}, {Type: 9, StringArrayValue: []string{"left_finger_joint", "right_finger_joint"}}, {},
		}
		if diff := cmp.Diff(want, values.Values); diff != "" {
			t.Error(diff)
		}
		var types rcl.GetParameterTypesResponse
		r.call("get_parameter_types", &rcl.GetParameterTypesRequest{Names: asked}, &types)
		if diff := cmp.Diff([]byte{4, 2, 3, 1, 8, 9, 0}, types.Types); diff != "" {
			t.Error(diff)
		}
		var told rcl.DescribeParametersResponse
		r.call("describe_parameters", &rcl.DescribeParametersRequest{Names: []string{"mode", "max_linear_speed", "threads", "bus"}}, &told)
		d := told.Descriptors
		if d[0].Type != 4 || d[0].AdditionalConstraints != `one of "act", "think", "follow", "guided", "auto"` || d[0].Description == "" || d[0].ReadOnly {
			t.Errorf("%+v", d[0])
		}
		if diff := cmp.Diff([]rcl.FloatingPointRange{{FromValue: 0.001, ToValue: 10}}, d[1].FloatingPointRange); diff != "" || d[1].AdditionalConstraints != "0.001 to 10 m/s" {
			t.Errorf("%s %+v", diff, d[1])
		}
		if diff := cmp.Diff([]rcl.IntegerRange{{FromValue: 1, ToValue: 64, Step: 1}}, d[2].IntegerRange); diff != "" {
			t.Error(diff)
		}
		if !d[3].ReadOnly {
			t.Errorf("%+v", d[3])
		}
	})
}

func TestALiveParameterReachesTheRunningNode(t *testing.T) {
	start(t, func(r *rig) {
		if err := errors.Join(r.machine.Do(lifecycle.Configure), r.machine.Do(lifecycle.Activate)); err != nil {
			t.Fatal(err)
		}
		if got := r.set(number("max_linear_speed", 0.2)); got[0] != "" {
			t.Fatal(got)
		}
		if diff := cmp.Diff([]float64{0.2}, r.component.tuned); diff != "" || r.component.config.MaxLinearSpeed != 0.2 {
			t.Error(diff)
		}
		e := r.events[len(r.events)-1]
		if e.Node != "/robot/policy" || len(e.ChangedParameters) != 1 || e.ChangedParameters[0].Value.DoubleValue != 0.2 {
			t.Errorf("%+v", e)
		}
		if !strings.Contains(r.log.String(), "parameter set name=max_linear_speed value=0.2") {
			t.Error(r.log.String())
		}
	})
}

func TestWhatCannotBeSetNowSaysWhyAndKeepsItsValue(t *testing.T) {
	start(t, func(r *rig) {
		if err := r.machine.Do(lifecycle.Configure); err != nil {
			t.Fatal(err)
		}
		got := r.set(
			number("control_rate", 100), number("max_linear_speed", 99), number("max_linear_sped", 1),
			rcl.Parameter{Name: "max_linear_speed", Value: message("fast")}, rcl.Parameter{Name: "bus", Value: message("mem")},
			rcl.Parameter{Name: "mode"}, rcl.Parameter{Name: "workspace_min", Value: rcl.ParameterValue{Type: 7, IntegerArrayValue: []int64{0, 0, 0}}},
			rcl.Parameter{Name: "mode", Value: rcl.ParameterValue{Type: 77}},
		)
		want := []string{
			`parameter "control_rate" takes effect when the node is configured, and it is inactive: deactivate and clean up first`,
			`parameter "max_linear_speed" is 99, must be 0.001 to 10 m/s`,
			`unknown parameter "max_linear_sped"; did you mean "max_linear_speed"?`,
			`parameter "max_linear_speed" wants a number, got the string "fast"`,
			`parameter "bus" is read-only: set it when the node is started`,
			`parameter "mode": a parameter of this node cannot be deleted`,
			`parameter "workspace_min" takes effect when the node is configured, and it is inactive: deactivate and clean up first`,
			`parameter "mode": parameter type 77 is not known`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(config.DefaultPolicy(), r.component.config); diff != "" {
			t.Error(diff)
		}
		if len(r.events) != 1 || len(r.events[0].NewParameters) == 0 {
			t.Errorf("%d events", len(r.events))
		}
		if err := r.machine.Do(lifecycle.Cleanup); err != nil {
			t.Fatal(err)
		}
		if got := r.set(number("control_rate", 100)); got[0] != "" {
			t.Error(got)
		}
	})
}

func TestSetAtomicallyIsAllOrNothing(t *testing.T) {
	start(t, func(r *rig) {
		ask := func(params ...rcl.Parameter) rcl.SetParametersResult {
			var answer rcl.SetParametersAtomicallyResponse
			r.call("set_parameters_atomically", &rcl.SetParametersAtomicallyRequest{Parameters: params}, &answer)
			return answer.Result
		}
		if a := ask(number("max_linear_speed", 0.1), number("max_angular_speed", -1)); a.Successful || r.component.config.MaxLinearSpeed != 0.35 {
			t.Errorf("%+v, %v", a, r.component.config.MaxLinearSpeed)
		}
		if a := ask(number("max_linear_speed", 0.1), number("max_angular_speed", 1)); !a.Successful || r.component.config.MaxLinearSpeed != 0.1 {
			t.Errorf("%+v, %v", a, r.component.config.MaxLinearSpeed)
		}
	})
}

func TestAChangeThatTheNodeRefusesIsTakenBack(t *testing.T) {
	start(t, func(r *rig) {
		if err := r.machine.Do(lifecycle.Configure); err != nil {
			t.Fatal(err)
		}
		r.component.refuse = errors.New("the model did not learn it")
		if err := r.node.SetParameter("mode", "think"); err == nil || !strings.Contains(err.Error(), "did not learn") {
			t.Error(err)
		}
		if r.component.config.Mode != "act" {
			t.Error("it is set all the same")
		}
	})
}

func TestListFollowsPrefixAndDepth(t *testing.T) {
	for _, c := range []struct {
		name     string
		prefixes []string
		depth    uint64
		want     bool
	}{
		{"a", nil, 0, true}, {"a.b.c", nil, 0, true}, {"a.b", nil, 1, false}, {"a.b", nil, 2, true},
		{"a.b", []string{"a"}, 0, true}, {"ab", []string{"a"}, 0, false}, {"a.b.c", []string{"a"}, 1, false},
		{"a.b", []string{"x", "a.b"}, 1, true},
	} {
		if got := wanted(c.name, c.prefixes, c.depth); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
