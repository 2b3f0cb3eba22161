namespace KvCompose;

/// <summary>One broken rule of a head profile.</summary>
/// <param name="Field">Path inside the profile.</param>
/// <param name="Value">What was found there.</param>
/// <param name="Rule">What should have been there.</param>
internal readonly record struct HeadProfileProblem(string Field, string Value, string Rule);
