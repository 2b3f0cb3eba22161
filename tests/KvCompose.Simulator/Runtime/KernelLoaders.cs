using KvCompose.Simulation;

namespace ILGPU.Runtime;

/// <summary>Loads explicitly grouped kernels with 1 to 14 parameters and returns their launchers.</summary>
public static class KernelLoaders
{
    /// <summary>Loads a kernel with 1 parameter; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        this Accelerator accelerator, Action<T1> action)
        where T1 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1), () => action(a1));
    }

    /// <summary>Loads a kernel with 1 parameter; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(
        this Accelerator accelerator, Action<T1> action)
        where T1 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1) => launch(accelerator.DefaultStream, config, a1);
    }

    /// <summary>Loads a kernel with 2 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        this Accelerator accelerator, Action<T1, T2> action)
        where T1 : struct
        where T2 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2), () => action(a1, a2));
    }

    /// <summary>Loads a kernel with 2 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(
        this Accelerator accelerator, Action<T1, T2> action)
        where T1 : struct
        where T2 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2) => launch(accelerator.DefaultStream, config, a1, a2);
    }

    /// <summary>Loads a kernel with 3 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3), () => action(a1, a2, a3));
    }

    /// <summary>Loads a kernel with 3 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3) => launch(accelerator.DefaultStream, config, a1, a2, a3);
    }

    /// <summary>Loads a kernel with 4 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4), () => action(a1, a2, a3, a4));
    }

    /// <summary>Loads a kernel with 4 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4);
    }

    /// <summary>Loads a kernel with 5 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5), () => action(a1, a2, a3, a4, a5));
    }

    /// <summary>Loads a kernel with 5 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5);
    }

    /// <summary>Loads a kernel with 6 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6), () => action(a1, a2, a3, a4, a5, a6));
    }

    /// <summary>Loads a kernel with 6 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6);
    }

    /// <summary>Loads a kernel with 7 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7), () => action(a1, a2, a3, a4, a5, a6, a7));
    }

    /// <summary>Loads a kernel with 7 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7);
    }

    /// <summary>Loads a kernel with 8 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8), () => action(a1, a2, a3, a4, a5, a6, a7, a8));
    }

    /// <summary>Loads a kernel with 8 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8);
    }

    /// <summary>Loads a kernel with 9 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, T9, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8, a9), () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9));
    }

    /// <summary>Loads a kernel with 9 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }

    /// <summary>Loads a kernel with 10 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10), () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10));
    }

    /// <summary>Loads a kernel with 10 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
    }

    /// <summary>Loads a kernel with 11 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11), () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11));
    }

    /// <summary>Loads a kernel with 11 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
    }

    /// <summary>Loads a kernel with 12 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12), () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12));
    }

    /// <summary>Loads a kernel with 12 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
    }

    /// <summary>Loads a kernel with 13 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13), () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13));
    }

    /// <summary>Loads a kernel with 13 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
    }

    /// <summary>Loads a kernel with 14 parameters; the launcher takes the stream.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
        where T14 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        var twin = kernel.Twin<Func<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, IEnumerator<SimulatedStep>>>();
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) => kernel.Run(
            stream, config, twin is null ? null : () => twin(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14), () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14));
    }

    /// <summary>Loads a kernel with 14 parameters; launches go to the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
        where T14 : struct
    {
        var launch = accelerator.LoadKernel(action);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) => launch(accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
    }
}
