import type { AnyBrokerModule } from '../broker-kit/index.ts'
import { alerceLsst } from './alerce-lsst/index.ts'
import { alerceZtf } from './alerce-ztf/index.ts'
import { antares } from './antares/index.ts'
import { babamul } from './babamul/index.ts'
import { finkLsst } from './fink-lsst/index.ts'
import { finkZtf } from './fink-ztf/index.ts'
import { gaia } from './gaia/index.ts'
import { lasairLsst } from './lasair-lsst/index.ts'
import { lasairZtf } from './lasair-ztf/index.ts'
import { mars } from './mars/index.ts'
import { myBroker } from './my-broker/index.ts'
import { scout } from './scout/index.ts'
import { tns } from './tns/index.ts'

/** The brokers that come with the service. A new one costs a folder, an import and a line here. */
export const builtInBrokers: readonly AnyBrokerModule[] = [
  alerceLsst,
  alerceZtf,
  antares,
  babamul,
  finkLsst,
  finkZtf,
  gaia,
  lasairLsst,
  lasairZtf,
  mars,
  myBroker,
  scout,
  tns
]
