namespace KvCompose.Models.Networks.Layers;

/// <summary>Rows of sequences with their states: the rows of a sequence stand together, as many of each.</summary>
internal unsafe struct RecurrentRows
{
    public int Rows;
    public int Sequences;
    public nint* States;

    /// <summary>Rows of one sequence.</summary>
    public readonly int Each => Rows / Sequences;

    /// <summary>The last inputs of the convolution of a sequence, oldest first; behind them its recurrent state.</summary>
    public readonly float* State(int sequence) => (float*)States[sequence];
}
