using System.Runtime.CompilerServices;

namespace KvCompose.Simulation;

/// <summary>
/// One synchronisation of a simulated kernel. A kernel that synchronises is printed twice by the same emitter: in ILGPU's
/// dialect, and as a <em>twin</em>, an iterator that hands every synchronisation to the scheduler.
/// </summary>
/// <remarks>
/// <para>The twin of <c>static void Name(parameters)</c> is
/// <c>static IEnumerator&lt;SimulatedStep&gt; Name_Simulated(the same parameters)</c> in the same class, public or not. The
/// launcher finds it by that name. A kernel without synchronisation needs no twin.</para>
/// <para>The bodies are the same text except for these lines:</para>
/// <list type="table">
/// <listheader><term>ILGPU's dialect</term><description>twin</description></listheader>
/// <item><term><c>Group.Barrier();</c></term>
/// <description><c>yield return SimulatedStep.Barrier();</c></description></item>
/// <item><term><c>float y = Warp.ShuffleXor(x, 8);</c></term>
/// <description><c>Lane.Put(x); yield return SimulatedStep.Shuffle(); float y = Lane.TakeXor&lt;float&gt;(8);</c></description></item>
/// <item><term><c>Warp.ShuffleDown(x, n)</c>, <c>Warp.ShuffleUp(x, n)</c>, <c>Warp.Shuffle(x, lane)</c>, <c>Warp.Broadcast(x, lane)</c></term>
/// <description>the same with <c>Lane.TakeDown&lt;T&gt;(n)</c>, <c>Lane.TakeUp&lt;T&gt;(n)</c>, <c>Lane.TakeFrom&lt;T&gt;(lane)</c>,
/// <c>Lane.TakeFrom&lt;T&gt;(lane)</c></description></item>
/// <item><term><c>return;</c></term><description><c>yield break;</c></description></item>
/// </list>
/// <para>Rules for the emitter: the three statements of a shuffle stand together and every shuffle assigns one local;
/// barriers and shuffles stand in the kernel method itself, never in a helper; braces always; no <c>ref</c> local and no
/// pointer lives across a step; every barrier and every shuffle has a source line of its own (its line is its identity);
/// <c>SharedMemory.Allocate</c> stands above the first step.</para>
/// </remarks>
public readonly struct SimulatedStep : IEquatable<SimulatedStep>
{
    private SimulatedStep(StepKind kind, int site)
    {
        Kind = kind;
        Site = site;
    }

    internal StepKind Kind { get; }

    internal int Site { get; }

    /// <summary>The thread waits until every thread of its group is here.</summary>
    /// <param name="site">Source line of the barrier; left to the compiler.</param>
    public static SimulatedStep Barrier([CallerLineNumber] int site = 0) => new(StepKind.Barrier, site);

    /// <summary>The thread has put its value and waits until every lane of its warp has done so.</summary>
    /// <param name="site">Source line of the shuffle; left to the compiler.</param>
    public static SimulatedStep Shuffle([CallerLineNumber] int site = 0) => new(StepKind.Shuffle, site);

    /// <inheritdoc/>
    public bool Equals(SimulatedStep other) => Kind == other.Kind && Site == other.Site;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SimulatedStep other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Site);

    /// <summary>The kind of the step and its source line.</summary>
    public override string ToString() => Kind switch
    {
        StepKind.Barrier => $"the barrier of line {Site}",
        StepKind.Shuffle => $"the shuffle of line {Site}",
        _ => "its end",
    };
}
