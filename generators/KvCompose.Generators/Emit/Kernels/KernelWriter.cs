using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>
/// Writes the body of one kernel in one of two dialects: ILGPU's, or that of the twin, an iterator that hands every barrier
/// and every shuffle to the simulator. What differs between the two stands here and nowhere else.
/// </summary>
internal sealed class KernelWriter(SourceWriter writer, bool twin)
{
    public void Line() => writer.WriteLine();

    public void Line(string text) => writer.WriteLine(text);

    public void Line(SourceInterpolation text) => writer.WriteLine(text);

    public SourceWriter.Block Block(string header) => writer.WriteBlock(header);

    public SourceWriter.Block Block(SourceInterpolation header) => writer.WriteBlock(header);

    /// <summary>Every thread of the group waits for every other.</summary>
    public void Barrier() => writer.WriteLine(twin ? "yield return SimulatedStep.Barrier();" : "Group.Barrier();");

    /// <summary>The thread ends.</summary>
    public void Return() => writer.WriteLine(twin ? "yield break;" : "return;");

    /// <summary>Declares <paramref name="name"/> as the value of the lane whose index differs in the bits of the mask.</summary>
    public void ShuffleXor(string type, string name, string value, int mask) => Shuffle("Xor", type, name, value, mask);

    /// <summary>Declares <paramref name="name"/> as the value of the lane <paramref name="delta"/> below.</summary>
    public void ShuffleUp(string type, string name, string value, int delta) => Shuffle("Up", type, name, value, delta);

    private void Shuffle(string kind, string type, string name, string value, int argument)
    {
        if (twin)
        {
            writer.WriteLine($"Lane.Put({value});");
            writer.WriteLine("yield return SimulatedStep.Shuffle();");
            writer.WriteLine($"{type} {name} = Lane.Take{kind}<{type}>({argument});");
        }
        else
        {
            writer.WriteLine($"{type} {name} = Warp.Shuffle{kind}({value}, {argument});");
        }
    }
}
