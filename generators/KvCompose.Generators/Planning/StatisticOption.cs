namespace KvCompose.Generators.Planning;

/// <summary>An option of the selection that a statistic depends on.</summary>
/// <param name="Role">The option's role.</param>
/// <param name="Otherwise">The value where the selection has no such option.</param>
internal sealed record StatisticOption(OptionRole Role, int Otherwise);
