package lifecycle

import (
	"errors"

	lc "hyt/msgs/lifecycle_msgs"
	"hyt/nodes/node"
)

// Serve offers the services of a managed node.
func (m *Machine) Serve() error {
	return errors.Join(
		node.Serve(m.node, "~/change_state", func(q *lc.ChangeStateRequest, r *lc.ChangeStateResponse) {
			if err := m.request(q.Transition); err != nil {
				m.node.Log().Error("state not changed", "error", err)
				return
			}
			m.node.Log().Info("state", "state", m.State())
			r.Success = true
		}),
		node.Serve(m.node, "~/get_state", func(_ *lc.GetStateRequest, r *lc.GetStateResponse) {
			r.CurrentState = m.State().message()
		}),
		node.Serve(m.node, "~/get_available_states", func(_ *lc.GetAvailableStatesRequest, r *lc.GetAvailableStatesResponse) {
			for _, s := range states {
				r.AvailableStates = append(r.AvailableStates, s.message())
			}
		}),
		node.Serve(m.node, "~/get_available_transitions", func(_ *lc.GetAvailableTransitionsRequest, r *lc.GetAvailableTransitionsResponse) {
			state := m.State()
			for _, s := range requests {
				if s.from == state {
					r.AvailableTransitions = append(r.AvailableTransitions, s.message())
				}
			}
		}),
		node.Serve(m.node, "~/get_transition_graph", func(_ *lc.GetAvailableTransitionsRequest, r *lc.GetAvailableTransitionsResponse) {
			for _, s := range append(requests[:len(requests):len(requests)], outcomes...) {
				r.AvailableTransitions = append(r.AvailableTransitions, s.message())
			}
		}),
	)
}
