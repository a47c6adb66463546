package demo

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
	"hyt/nodes/rosargs"
)

// tickerTopic is where the yardstick publishes.
const tickerTopic = "/demo/ticker"

// controlPeriod is the period that the policy node promises.
const controlPeriod = 20 * time.Millisecond

// TickerCommand is `hyt ticker`: a process that does nothing but publish at 50 Hz
// from a Go ticker. It is the yardstick for the control loop's jitter: what this
// machine gives to a program that has nothing else to do.
func TickerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "ticker", Short: "publish at 50 Hz from a bare Go ticker, as a yardstick", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			driver, err := node.OpenDriver(config.Common{Bus: "auto"})
			if err != nil {
				return err
			}
			defer driver.Close()
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "ticker", Namespace: "/demo"}, Driver: driver, Console: os.Stderr})
			if err != nil {
				return err
			}
			defer n.Close()
			return tick(cmd.Context(), n)
		},
	}
}

func tick(ctx context.Context, n *node.Node) error {
	out, err := node.Advertise[*geometry_msgs.TwistStamped](n, tickerTopic, bus.Command())
	if err != nil {
		return err
	}
	ticker := time.NewTicker(controlPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			if err := out.Publish(robotmsg.Twist(sim.Command{}, now, "base_link")); err != nil {
				return err
			}
		}
	}
}
