namespace KvCompose.Shared.Diagnostics;

/// <summary>
/// Where the parser tells what is wrong with a declaration. The generator throws findings away, the analyzer turns them
/// into diagnostics: one truth, two readers.
/// </summary>
internal interface IDiagnosticSink
{
    void Report(in Finding finding);
}
