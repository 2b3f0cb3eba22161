using KvCompose.Shared;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>One kernel to be written.</summary>
/// <param name="Name">The method; its twin is called <c>Name_Simulated</c>.</param>
/// <param name="Summary">What it does and what one group of a launch is given, on one line.</param>
/// <param name="Parameters">Types and names.</param>
/// <param name="Synchronises">Whether there is a barrier or a shuffle, so that the simulator needs a twin.</param>
/// <param name="WriteBody">Writes the body in either dialect.</param>
internal sealed record Kernel(
    string Name, string Summary, KernelParameter[] Parameters, bool Synchronises, Action<KernelWriter> WriteBody)
{
    public void Write(SourceWriter writer, string kernelName)
    {
        writer.WriteLine($"/// <summary>{XmlText.Escape(Summary)}</summary>");
        foreach (KernelParameter parameter in Parameters)
        {
            writer.WriteLine($"/// <param name=\"{parameter.Name}\">{XmlText.Escape(parameter.Meaning)}</param>");
        }

        writer.WriteLine($"[KernelName(\"{kernelName}\")]");
        using (writer.WriteBlock($"internal static void {Name}({Signature})"))
        {
            WriteBody(new KernelWriter(writer, twin: false));
        }
    }

    public void WriteTwin(SourceWriter writer)
    {
        using (writer.WriteBlock($"internal static IEnumerator<SimulatedStep> {Name}_Simulated({Signature})"))
        {
            WriteBody(new KernelWriter(writer, twin: true));
        }
    }

    private string Signature => string.Join(", ", Parameters.Select(static parameter => parameter.Type + " " + parameter.Name));
}
