import { Problem } from '../../http/problems.ts'

/** Lets so many through at once; throws 503 for the others. The leave that it gives is to be taken back once. */
export function createGate(most: number): () => () => void {
  let inside = 0
  return () => {
    if (inside >= most) {
      throw new Problem(503, 'Others are importing or exporting targets right now: ask again in a moment.', {
        headers: { 'Retry-After': '10' }
      })
    }
    inside += 1
    let isInside = true
    return () => {
      if (isInside) inside -= 1
      isInside = false
    }
  }
}
