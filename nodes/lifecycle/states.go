package lifecycle

import lc "hyt/msgs/lifecycle_msgs"

// State is a state of a managed node, as lifecycle_msgs/msg/State numbers them.
type State uint8

// The states that a node rests in, and those that it passes through.
const (
	Unconfigured State = State(lc.State_PRIMARY_STATE_UNCONFIGURED)
	Inactive     State = State(lc.State_PRIMARY_STATE_INACTIVE)
	Active       State = State(lc.State_PRIMARY_STATE_ACTIVE)
	Finalized    State = State(lc.State_PRIMARY_STATE_FINALIZED)

	configuring     State = State(lc.State_TRANSITION_STATE_CONFIGURING)
	cleaningUp      State = State(lc.State_TRANSITION_STATE_CLEANINGUP)
	shuttingDown    State = State(lc.State_TRANSITION_STATE_SHUTTINGDOWN)
	activating      State = State(lc.State_TRANSITION_STATE_ACTIVATING)
	deactivating    State = State(lc.State_TRANSITION_STATE_DEACTIVATING)
	errorProcessing State = State(lc.State_TRANSITION_STATE_ERRORPROCESSING)
)

// String is the state's label in ROS 2.
func (s State) String() string {
	switch s {
	case Unconfigured:
		return "unconfigured"
	case Inactive:
		return "inactive"
	case Active:
		return "active"
	case Finalized:
		return "finalized"
	case configuring:
		return "configuring"
	case cleaningUp:
		return "cleaningup"
	case shuttingDown:
		return "shuttingdown"
	case activating:
		return "activating"
	case deactivating:
		return "deactivating"
	case errorProcessing:
		return "errorprocessing"
	}
	return "unknown"
}

func (s State) message() lc.State { return lc.State{Id: uint8(s), Label: s.String()} }

// states in the order in which rcl lists them.
var states = []State{
	0, Unconfigured, Inactive, Active, Finalized,
	configuring, cleaningUp, shuttingDown, activating, deactivating, errorProcessing,
}

// Transition is one that may be asked for, as lifecycle_msgs/msg/Transition numbers
// them. Which shutdown is meant depends on the state.
type Transition uint8

const (
	Configure  Transition = Transition(lc.Transition_TRANSITION_CONFIGURE)
	Cleanup    Transition = Transition(lc.Transition_TRANSITION_CLEANUP)
	Activate   Transition = Transition(lc.Transition_TRANSITION_ACTIVATE)
	Deactivate Transition = Transition(lc.Transition_TRANSITION_DEACTIVATE)

	unconfiguredShutdown Transition = Transition(lc.Transition_TRANSITION_UNCONFIGURED_SHUTDOWN)
	inactiveShutdown     Transition = Transition(lc.Transition_TRANSITION_INACTIVE_SHUTDOWN)
	activeShutdown       Transition = Transition(lc.Transition_TRANSITION_ACTIVE_SHUTDOWN)
)

// step is one arrow of the state machine of ROS 2's design article "Managed nodes".
type step struct {
	id       Transition
	label    string
	from, to State
}

// requests are the arrows that a caller may ask for.
var requests = []step{
	{Configure, "configure", Unconfigured, configuring},
	{Cleanup, "cleanup", Inactive, cleaningUp},
	{Activate, "activate", Inactive, activating},
	{Deactivate, "deactivate", Active, deactivating},
	{unconfiguredShutdown, "shutdown", Unconfigured, shuttingDown},
	{inactiveShutdown, "shutdown", Inactive, shuttingDown},
	{activeShutdown, "shutdown", Active, shuttingDown},
}

// outcomes are the arrows that the node takes by itself.
var outcomes = []step{
	{Transition(lc.Transition_TRANSITION_ON_CONFIGURE_SUCCESS), success, configuring, Inactive},
	{Transition(lc.Transition_TRANSITION_ON_CONFIGURE_FAILURE), failure, configuring, Unconfigured},
	{Transition(lc.Transition_TRANSITION_ON_CONFIGURE_ERROR), fault, configuring, errorProcessing},
	{Transition(lc.Transition_TRANSITION_ON_CLEANUP_SUCCESS), success, cleaningUp, Unconfigured},
	{Transition(lc.Transition_TRANSITION_ON_CLEANUP_ERROR), fault, cleaningUp, errorProcessing},
	{Transition(lc.Transition_TRANSITION_ON_ACTIVATE_SUCCESS), success, activating, Active},
	{Transition(lc.Transition_TRANSITION_ON_ACTIVATE_FAILURE), failure, activating, Inactive},
	{Transition(lc.Transition_TRANSITION_ON_DEACTIVATE_SUCCESS), success, deactivating, Inactive},
	{Transition(lc.Transition_TRANSITION_ON_DEACTIVATE_ERROR), fault, deactivating, errorProcessing},
	{Transition(lc.Transition_TRANSITION_ON_SHUTDOWN_SUCCESS), success, shuttingDown, Finalized},
	{Transition(lc.Transition_TRANSITION_ON_SHUTDOWN_ERROR), fault, shuttingDown, errorProcessing},
	{Transition(lc.Transition_TRANSITION_ON_ERROR_SUCCESS), success, errorProcessing, Unconfigured},
	{Transition(lc.Transition_TRANSITION_ON_ERROR_FAILURE), failure, errorProcessing, Finalized},
}

const (
	success = "transition_success"
	failure = "transition_failure"
	fault   = "transition_error"
)

// raised is the arrow of an active node that cannot go on: rcl has the same.
var raised = step{Transition(lc.Transition_TRANSITION_ON_ACTIVATE_ERROR), fault, Active, errorProcessing}

func (s step) message() lc.TransitionDescription {
	return lc.TransitionDescription{
		Transition: lc.Transition{Id: uint8(s.id), Label: s.label},
		StartState: s.from.message(), GoalState: s.to.message(),
	}
}

// find is the arrow from a state that a request means: by its label where it has one,
// else by its number. Any of the shutdowns means that of the state.
func find(from State, t lc.Transition) (step, bool) {
	shutdown := t.Id >= uint8(unconfiguredShutdown) && t.Id <= uint8(activeShutdown)
	for _, s := range requests {
		if s.from != from {
			continue
		}
		if t.Label != "" && s.label == t.Label || t.Label == "" && (uint8(s.id) == t.Id || shutdown && s.label == "shutdown") {
			return s, true
		}
	}
	return step{}, false
}

// outcome is the arrow of that label out of a state that the node passes through.
func outcome(from State, label string) step {
	for _, s := range outcomes {
		if s.from == from && s.label == label {
			return s
		}
	}
	panic("lifecycle: no " + label + " out of " + from.String())
}
