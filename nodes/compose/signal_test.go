package compose

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/nodes/rosargs"
	"hyt/nodes/simnode"
	"hyt/nodes/thinkernode"
	"hyt/policy/policytest"
)

// nodesOf makes this test program run nodes instead of tests; its value is the model.
// nodesIn is a namespace, for nodes that others shall see over DDS.
const (
	nodesOf = "HYT_TEST_NODES_OF"
	nodesIn = "HYT_TEST_NODES_IN"
)

func TestMain(m *testing.M) {
	model := os.Getenv(nodesOf)
	if model == "" {
		os.Exit(m.Run())
	}
	pool := engines.NewPool()
	p := Process{
		Components: []node.Component{policynode.New(policynode.FromPool(pool)), thinkernode.New(pool), simnode.New(simnode.Open)},
		Console:    os.Stderr, OpenDriver: node.OpenDriver,
	}
	where := []string{"-p", "bus:=mem"}
	if namespace := os.Getenv(nodesIn); namespace != "" {
		where = []string{"-p", "bus:=dds", "-r", "__ns:=" + namespace}
	}
	args, err := rosargs.Parse(append([]string{"--ros-args", "-p", "model:=" + model, "-p", "arm_on_activate:=true"}, where...))
	if err == nil {
		err = p.Run(context.Background(), args, nil)
	}
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// What ctrl-C in a terminal and ros2 launch send ends the process in good order.
func TestASignalEndsTheProcessCleanly(t *testing.T) {
	model := policytest.New(t, policytest.Options{})
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), nodesOf+"="+model.Dir)
		log, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(log)
		var heard strings.Builder
		for running := 0; running < 3 && lines.Scan(); {
			heard.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "]: configured ") {
				running++
			}
		}
		began := time.Now()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			heard.WriteString(lines.Text() + "\n")
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v\n%s", signal, err, heard.String())
		}
		t.Logf("%v: ended after %v", signal, time.Since(began).Round(time.Millisecond))
	}
}
