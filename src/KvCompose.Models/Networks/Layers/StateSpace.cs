using System.Numerics.Tensors;
using KvCompose.Models.Kernels;
using KvCompose.Threading;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// The recurrence of Mamba 2 (Dao and Gu, arXiv 2405.21060): S = exp(Δ · A) · S + Δ · x ⊗ B, y = S · C + D · x. An item is a head of one
/// sequence; then rows are gated and normalised.
/// </summary>
internal unsafe struct StateSpace : IParallelWork
{
    public RecurrentDescription.Mamba2 Mamba;
    public RecurrentRows Rows;
    public float* Input; // [rows, gate | convolution's input | step]
    public float* Convolved; // [rows, x | B | C]
    public float* Decay;
    public float* StepBias;
    public float* Skip;
    public NormWeights Norm;
    public float* Output; // [rows, heads · head dimension]

    public static void Run(WorkerPool workers, StateSpace work)
    {
        workers.Run(ref work, work.Rows.Sequences * work.Mamba.Heads);
        var gate = new GateWork { Of = work };
        workers.Run(ref gate, work.Rows.Rows);
    }

    public readonly void Run(int item, int worker)
    {
        int sequence = item / Mamba.Heads, head = item % Mamba.Heads, d = Mamba.HeadDim, n = Mamba.State;
        int inputs = Mamba.Inner + Mamba.Channels + Mamba.Heads, group = head / (Mamba.Heads / Mamba.Groups), rows = Rows.Each;
        float* state = Rows.State(sequence) + ((nint)(Mamba.Kernel - 1) * Mamba.Channels) + ((nint)head * d * n);
        for (int row = sequence * rows; row < (sequence + 1) * rows; row++)
        {
            float* convolved = Convolved + ((nint)row * Mamba.Channels), x = convolved + (head * d);
            float* output = Output + ((nint)row * Mamba.Inner) + (head * d);
            var b = new ReadOnlySpan<float>(convolved + Mamba.Inner + (group * n), n);
            var c = new ReadOnlySpan<float>(convolved + Mamba.Inner + ((Mamba.Groups + group) * n), n);
            float raw = Input[((nint)row * inputs) + Mamba.Inner + Mamba.Channels + head] + StepBias[head];
            float step = Math.Clamp(SoftPlus(raw), Mamba.LeastStep, Mamba.MostStep), decay = MathF.Exp(step * Decay[head]);
            for (int i = 0; i < d; i++)
            {
                var own = new Span<float>(state + ((nint)i * n), n);
                TensorPrimitives.Multiply(own, decay, own);
                TensorPrimitives.MultiplyAdd(b, step * x[i], own, own);
                output[i] = TensorPrimitives.Dot(own, c) + (Skip[head] * x[i]);
            }
        }
    }

    /// <summary>ln(1 + eˣ), without overflow and without loss where eˣ is small.</summary>
    public static float SoftPlus(float x) => x > 20 ? x : (float)double.LogP1(Math.Exp(x));

    /// <summary>Gates a row, then normalises each of its groups.</summary>
    private struct GateWork : IParallelWork
    {
        public StateSpace Of;

        public readonly void Run(int item, int worker)
        {
            RecurrentDescription.Mamba2 mamba = Of.Mamba;
            int width = mamba.Inner / mamba.Groups;
            float* output = Of.Output + ((nint)item * mamba.Inner);
            float* gate = Of.Input + ((nint)item * (mamba.Inner + mamba.Channels + mamba.Heads));
            RowKernels.Gate(gate, output, output, mamba.Inner);
            for (int first = 0; first < mamba.Inner; first += width)
            {
                Of.Norm.Apply(output + first, width, first);
            }
        }
    }
}
