namespace KvCompose.Models;

/// <summary>
/// What a layer with a fixed state has in the place of attention. Its state does not grow with the sequence, and cannot become
/// again what it was before a token.
/// </summary>
public abstract record RecurrentDescription
{
    private RecurrentDescription(int kernel) => Kernel = kernel;

    /// <summary>Tokens that the causal convolution reads, its own included, K.</summary>
    public int Kernel { get; }

    /// <summary>Elements of a token that the convolution runs over.</summary>
    public abstract int Channels { get; }

    /// <summary>Floats of the state beside the convolution's rows.</summary>
    public abstract long RecurrentFloats { get; }

    /// <summary>Floats of the whole state of one sequence: the last K − 1 inputs of the convolution, oldest first, then the recurrent state.</summary>
    public long StateFloats => ((long)(Kernel - 1) * Channels) + RecurrentFloats;

    /// <summary>Gated DeltaNet (Yang et al., arXiv 2412.06464) as Qwen3-Next and Qwen3.5 have it.</summary>
    /// <param name="KeyHeads">Heads of queries and keys.</param>
    /// <param name="ValueHeads">Heads of values; a multiple of <paramref name="KeyHeads"/>.</param>
    /// <param name="KeyDim">Elements of a key, dk.</param>
    /// <param name="ValueDim">Elements of a value, dv.</param>
    /// <param name="Kernel">K.</param>
    /// <param name="Norm">Normalisation of every head's output, before its gate.</param>
    /// <param name="Tiled">Whether value head h reads key head h modulo <paramref name="KeyHeads"/>; else neighbours share one.</param>
    public sealed record GatedDelta(
        int KeyHeads, int ValueHeads, int KeyDim, int ValueDim, int Kernel, NormDescription Norm, bool Tiled) : RecurrentDescription(Kernel)
    {
        /// <inheritdoc/>
        public override int Channels => (2 * KeyHeads * KeyDim) + ValueWidth;

        /// <inheritdoc/>
        public override long RecurrentFloats => (long)ValueWidth * KeyDim;

        /// <summary>Elements of all values of a token.</summary>
        public int ValueWidth => ValueHeads * ValueDim;

        /// <summary>The key head of a value head.</summary>
        public int KeyHeadOf(int valueHead) => Tiled ? valueHead % KeyHeads : valueHead / (ValueHeads / KeyHeads);
    }

    /// <summary>A gated short convolution (LFM2).</summary>
    /// <param name="Width">D.</param>
    /// <param name="Kernel">K.</param>
    /// <param name="Bias">Whether projections and convolution have biases.</param>
    public sealed record ShortConvolution(int Width, int Kernel, bool Bias) : RecurrentDescription(Kernel)
    {
        /// <inheritdoc/>
        public override int Channels => Width;

        /// <inheritdoc/>
        public override long RecurrentFloats => 0;
    }

    /// <summary>Mamba 2 (Dao and Gu, arXiv 2405.21060).</summary>
    /// <param name="Heads">Heads.</param>
    /// <param name="HeadDim">Elements of a head.</param>
    /// <param name="Groups">Groups of heads that share B and C.</param>
    /// <param name="State">Elements of B and C, N.</param>
    /// <param name="Kernel">K.</param>
    /// <param name="Norm">Normalisation of every group's gated output.</param>
    /// <param name="ConvolutionBias">Whether the convolution has a bias.</param>
    /// <param name="ProjectionBias">Whether the projections have biases.</param>
    /// <param name="LeastStep">Bound of time steps from below.</param>
    /// <param name="MostStep">Bound of time steps from above.</param>
    public sealed record Mamba2(
        int Heads, int HeadDim, int Groups, int State, int Kernel, NormDescription Norm, bool ConvolutionBias, bool ProjectionBias,
        float LeastStep = 0, float MostStep = float.PositiveInfinity) : RecurrentDescription(Kernel)
    {
        /// <summary>Elements of all heads of a token.</summary>
        public int Inner => Heads * HeadDim;

        /// <inheritdoc/>
        public override int Channels => Inner + (2 * Groups * State);

        /// <inheritdoc/>
        public override long RecurrentFloats => (long)Inner * State;
    }
}
