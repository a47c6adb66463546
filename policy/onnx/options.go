package onnx

import (
	"errors"
	"fmt"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Options says how graphs run. The zero value is good.
type Options struct {
	Library  string // path of ONNX Runtime's shared library; "" looks for it (FindLibrary)
	Threads  int    // threads inside one operator; 0 means 1, which has the best tail latency
	Sleep    bool   // threads that wait for one another sleep instead of spinning: a little slower, and other programs get the cores
	Provider string // what computes: CPU ("" too), CUDA, TensorRT or OpenVINO
}

// Values of Options.Provider: ONNX Runtime's execution providers. All but CPU are
// there only if the shared library was built with them.
const (
	CPU      = "cpu"
	CUDA     = "cuda"
	TensorRT = "tensorrt"
	OpenVINO = "openvino"
)

// Providers lists what Options.Provider may be.
func Providers() []string { return []string{CPU, CUDA, TensorRT, OpenVINO} }

// ErrProvider: the library, or the machine, lacks the execution provider.
var ErrProvider = errors.New("execution provider is not available")

// sessionOptions are o for the library. The caller destroys them.
func (o Options) sessionOptions() (*ort.SessionOptions, error) {
	s, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(s.SetIntraOpNumThreads(max(o.Threads, 1)), s.SetInterOpNumThreads(1))
	if o.Sleep {
		err = errors.Join(err, s.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"))
	}
	if err == nil {
		err = o.provide(s)
	}
	if err != nil {
		return nil, errors.Join(err, s.Destroy())
	}
	return s, nil
}

// provide puts the execution provider before the CPU, which takes what it leaves.
func (o Options) provide(s *ort.SessionOptions) (err error) {
	switch o.Provider {
	case "", CPU:
		return nil
	case CUDA:
		err = appendCUDA(s)
	case TensorRT:
		if err = appendTensorRT(s); err == nil {
			err = appendCUDA(s) // for the operators that TensorRT lacks
		}
	case OpenVINO:
		err = s.AppendExecutionProviderOpenVINO(nil)
	default:
		return fmt.Errorf("%w: there is no %q; use one of %s", ErrProvider, o.Provider, strings.Join(Providers(), ", "))
	}
	if err != nil {
		return fmt.Errorf("%w: ONNX Runtime %s from %s has no %s here (%s); use provider cpu, or set %s to a library that was built with it",
			ErrProvider, ort.GetVersion(), loaded(), o.Provider, firstLine(err), LibraryEnv)
	}
	return nil
}

func appendCUDA(s *ort.SessionOptions) error {
	p, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	return errors.Join(s.AppendExecutionProviderCUDA(p), p.Destroy())
}

func appendTensorRT(s *ort.SessionOptions) error {
	p, err := ort.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	return errors.Join(s.AppendExecutionProviderTensorRT(p), p.Destroy())
}

// firstLine keeps an error of the library to one line.
func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}
