namespace KvCompose.Serving;

/// <summary>What an engine does at the moment.</summary>
/// <param name="Running">Requests that are answered.</param>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="Kept">Sequences that are kept for later requests.</param>
/// <param name="BytesHeld">Bytes of pages that sequences hold.</param>
/// <param name="BytesLimit">Most bytes that they may hold.</param>
/// <param name="Draining">Whether no further requests are taken.</param>
public sealed record EngineStatus(int Running, int Waiting, int Kept, long BytesHeld, long BytesLimit, bool Draining);
