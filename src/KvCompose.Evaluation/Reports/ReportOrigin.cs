namespace KvCompose.Evaluation;

/// <summary>Where a report comes from, so that its times can be judged and its run repeated.</summary>
/// <param name="Date">When the run ended.</param>
/// <param name="Processor">The processor, its cores that were used, and its vector width.</param>
/// <param name="Version">The version of the library.</param>
/// <param name="Command">The command line.</param>
public sealed record ReportOrigin(DateTimeOffset Date, string Processor, string Version, string Command);
