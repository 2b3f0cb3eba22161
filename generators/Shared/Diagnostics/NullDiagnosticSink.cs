namespace KvCompose.Shared.Diagnostics;

/// <summary>The generator's sink: what is wrong is said by the analyzer, which is live while the user types.</summary>
internal sealed class NullDiagnosticSink : IDiagnosticSink
{
    public static readonly NullDiagnosticSink Instance = new();

    private NullDiagnosticSink()
    {
    }

    public void Report(in Finding finding)
    {
    }
}
