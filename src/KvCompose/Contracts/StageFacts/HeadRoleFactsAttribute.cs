namespace KvCompose;

/// <summary>Facts of a head role (<see cref="IHeadRole{TSelf}"/>).</summary>
public sealed class HeadRoleFactsAttribute : StageFactsAttribute;
