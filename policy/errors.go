package policy

import (
	"errors"

	"hyt/policy/onnx"
)

var (
	// ErrNonFinite: the model put out a NaN or an infinity. There is no chunk.
	ErrNonFinite = errors.New("model output is not finite")

	// ErrObservation: the observation does not fit the model. There is no chunk.
	ErrObservation = errors.New("observation does not fit the model")

	// ErrTooLong: the text does not fit into the model's state. There is no chunk.
	ErrTooLong = errors.New("text is too long for the model")

	// ErrMode: the model was not trained for the mode.
	ErrMode = errors.New("model lacks the mode")

	// ErrGate: the model has no gate, so mode auto is not possible.
	ErrGate = errors.New("model has no gate")

	// ErrProvider: the library, or the machine, lacks the execution provider.
	ErrProvider = onnx.ErrProvider

	// ErrClosed: the engine was closed.
	ErrClosed = errors.New("engine is closed")
)
